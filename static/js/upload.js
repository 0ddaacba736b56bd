/* Large files in pieces: each with its SHA-256, from where the server says, again after every break. The same file chosen
   again goes on where it stopped. Without this file, or without WebCrypto, the form sends the whole file at once. */
(function () {
  "use strict";

  var form = document.querySelector("form[data-upload]");
  if (!form || !window.crypto || !crypto.subtle || !window.FormData || !Blob.prototype.arrayBuffer) {
    return;
  }
  var MIB = 1024 * 1024;
  var piece = Number(form.getAttribute("data-piece"));
  var box = form.querySelector("[data-upload-box]");
  var bar = form.querySelector("[data-upload-bar]");
  var state = form.querySelector("[data-upload-state]");
  var button = form.querySelector("button.btn-primary");
  var input = form.querySelector("input[type=file][data-large]");
  var WAITS = [1, 2, 5, 10, 30]; // seconds between attempts
  var busy = false;

  function say(text, isBad) {
    box.hidden = false;
    state.textContent = text;
    state.className = isBad ? "field-error mb-0" : "small mb-0";
  }

  function hex(buffer) {
    return Array.prototype.map
      .call(new Uint8Array(buffer), function (byte) {
        return (byte + 0x100).toString(16).slice(1);
      })
      .join("");
  }

  function sha256(bytes) {
    return crypto.subtle.digest("SHA-256", bytes).then(hex);
  }

  /* As the server computes it: size | first MiB | last MiB. */
  function fingerprint(file) {
    var head = new TextEncoder().encode(file.size + "|");
    var bar = new TextEncoder().encode("|");
    return new Blob([head, file.slice(0, MIB), bar, file.slice(Math.max(0, file.size - MIB))])
      .arrayBuffer()
      .then(sha256);
  }

  function post(url, body) {
    body.append("csrfmiddlewaretoken", form.querySelector("[name=csrfmiddlewaretoken]").value);
    return fetch(url, { method: "POST", body: body, credentials: "same-origin", redirect: "manual" }).then(function (answer) {
      var type = answer.headers.get("Content-Type") || "";
      if (answer.type === "opaqueredirect" || type.indexOf("application/json") !== 0) {
        throw new Error("later");
      }
      return answer.json().then(function (said) {
        said.status = answer.status;
        return said;
      });
    });
  }

  function begin(file, mark) {
    var body = new FormData();
    ["visit_matter_pk", "happened_at", "note", "latitude", "longitude"].forEach(function (name) {
      var field = form.elements[name];
      body.append(name, field ? field.value : "");
    });
    body.append("fingerprint", mark);
    body.append("name", file.name);
    body.append("size", String(file.size));
    return post(form.getAttribute("data-upload"), body);
  }

  function send(file, upload, offset) {
    var part = file.slice(offset, offset + piece);
    return part
      .arrayBuffer()
      .then(sha256)
      .then(function (digest) {
        var body = new FormData();
        body.append("offset", String(offset));
        body.append("sha256", digest);
        body.append("piece", part, "piece");
        return post(form.getAttribute("data-upload").replace(/[0-9a-f-]{36}\/uploads\/$/, "uploads/" + upload + "/"), body);
      });
  }

  function show(file, offset) {
    var percent = Math.floor((offset * 100) / file.size);
    bar.value = percent;
    say("已传 " + percent + "%（" + (offset / MIB).toFixed(1) + "／" + (file.size / MIB).toFixed(1) + " MB），请不要关闭这一页。");
  }

  function stop(text) {
    busy = false;
    button.disabled = false;
    say(text, true);
  }

  /* A break, a server that is away: wait, ask for the offset, go on. */
  function later(file, mark, tries) {
    var wait = WAITS[Math.min(tries, WAITS.length - 1)];
    say("没有信号，已传的部分不会丢失，" + wait + " 秒后接着传。");
    setTimeout(function () {
      run(file, mark, tries + 1);
    }, wait * 1000);
  }

  function run(file, mark, tries) {
    begin(file, mark).then(
      function (said) {
        if (!said.upload || said.status >= 400) {
          stop(said.message || "服务器没有接受，请刷新页面后重试。");
          return;
        }
        go(file, mark, said, tries);
      },
      function () {
        later(file, mark, tries);
      }
    );
  }

  function go(file, mark, said, tries) {
    if (said.is_whole) {
      bar.value = 100;
      say("已传完，正在核对并登记指纹。");
      window.location.reload();
      return;
    }
    show(file, said.offset);
    send(file, said.upload, said.offset).then(
      function (next) {
        if (next.status === 409 && next.offset !== undefined && next.offset !== said.offset) {
          go(file, mark, { upload: said.upload, offset: next.offset }, tries); // another device sent it meanwhile
        } else if (next.status === 409 && tries < WAITS.length) {
          later(file, mark, tries); // damaged on its way
        } else if (next.status >= 400) {
          stop(next.message || "服务器没有接受，请刷新页面后重试。");
        } else {
          go(file, mark, next, 0);
        }
      },
      function () {
        later(file, mark, tries);
      }
    );
  }

  form.addEventListener("submit", function (event) {
    var file = input.files && input.files[0];
    if (!file) {
      return; // the server says what is missing
    }
    event.preventDefault();
    if (busy) {
      return;
    }
    busy = true;
    button.disabled = true;
    say("正在准备……");
    fingerprint(file).then(
      function (mark) {
        run(file, mark, 0);
      },
      function () {
        stop("读不出这个文件，请重新选择。");
      }
    );
  });

  window.addEventListener("beforeunload", function (event) {
    if (busy && bar.value < 100) {
      event.preventDefault();
    }
  });
})();
