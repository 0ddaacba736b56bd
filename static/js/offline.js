/* The field pages' side of the phone without a signal: says what is kept and what is not sent yet, fills in what was typed
   before, shows conflicts with both answers. The work is done by field_worker.js. */
(function () {
  "use strict";

  var body = document.body;
  var root = document.documentElement;
  var signal = document.querySelector("[data-signal]");
  var keptAt = Number(root.getAttribute("data-kept") || 0);
  var unsent = 0;
  var stopped = 0;
  var outcome = "";
  var LABELS = { yes: "符合", no: "不符合", na: "不涉及" };

  function made(tag, text, css) {
    var element = document.createElement(tag);
    if (text) {
      element.textContent = text;
    }
    if (css) {
      element.className = css;
    }
    return element;
  }

  function each(list, act) {
    Array.prototype.forEach.call(list, act);
  }

  function clock(time) {
    var at = new Date(time);
    function two(value) {
      return (value + 100).toString().slice(1);
    }
    return two(at.getMonth() + 1) + "-" + two(at.getDate()) + " " + two(at.getHours()) + ":" + two(at.getMinutes());
  }

  // ---- the badge ----------------------------------------------------------------------------------
  function show() {
    if (!signal) {
      return;
    }
    var isOn = navigator.onLine && !keptAt;
    var words = isOn ? "在线" : "没有信号";
    if (unsent) {
      words = (isOn ? "" : "没有信号，") + "未上传 " + unsent + " 件" + (stopped ? "，" + stopped + " 件待处理" : "");
    }
    if (unsent && isOn && outcome === "signin") {
      words = "请重新登录后上传 " + unsent + " 件";
    }
    signal.textContent = "";
    var link = made("a", words);
    link.href = body.getAttribute("data-unsent");
    signal.appendChild(link);
    signal.className = "signal" + (isOn && !unsent ? " signal-on" : "");
  }

  window.addEventListener("online", function () {
    keptAt = 0;
    show();
    ask({ type: "send" });
  });
  window.addEventListener("offline", show);

  // ---- talking with the worker ---------------------------------------------------------------------
  var worker = null;

  function ask(message) {
    return new Promise(function (resolve, reject) {
      if (!worker) {
        reject(new Error("no worker"));
        return;
      }
      var channel = new MessageChannel();
      channel.port1.onmessage = function (event) {
        if (event.data.error) {
          reject(new Error(event.data.error));
        } else {
          resolve(event.data.value);
        }
      };
      worker.postMessage(message, [channel.port2]);
    });
  }

  function begin(registration) {
    worker = registration.active;
    ask({ type: "user", user: body.getAttribute("data-user") })
      .then(function () {
        return ask({ type: "list" });
      })
      .then(function (entries) {
        fill(entries);
        mark(entries);
        shelf(entries);
        document.dispatchEvent(new CustomEvent("field:unsent", { detail: entries }));
        if (navigator.onLine && !keptAt) {
          ask({ type: "send" });
          prepare();
        }
      });
    if (navigator.storage && navigator.storage.persist) {
      navigator.storage.persist();
    }
  }

  navigator.serviceWorker &&
    navigator.serviceWorker.addEventListener("message", function (event) {
      if (event.data.type === "count") {
        unsent = event.data.unsent;
        stopped = event.data.stopped;
        outcome = event.data.outcome || outcome;
        show();
        if (event.data.outcome === "sent" && document.querySelector("[data-shelf]")) {
          ask({ type: "list" }).then(shelf);
        }
      }
    });

  // ---- today's page: everything for the day is fetched ----------------------------------------------
  function prepare() {
    var place = document.querySelector("[data-prepare]");
    if (!place) {
      return;
    }
    place.textContent = "正在把当天的检查存到手机上……";
    ask({ type: "prepare" }).then(
      function (done) {
        place.textContent =
          done.pages === done.of
            ? "当天 " + done.visits + " 次检查已存在手机上，没有信号也能填写。"
            : "只存好了 " + done.pages + "／" + done.of + " 页，请在有信号的地方再打开一次。";
      },
      function () {
        place.textContent = "当天的检查没有存好，请在有信号的地方再打开一次。";
      }
    );
  }

  // ---- a page kept on the phone ----------------------------------------------------------------------
  if (keptAt) {
    var main = document.getElementById("main");
    var note = made("p", "没有信号。这是 " + clock(keptAt) + " 存在手机上的内容，您填写的内容会先存在手机上，联网后自动上传。", "note note-warn");
    note.setAttribute("role", "status");
    main.insertBefore(note, main.firstChild);
    each(document.querySelectorAll('input[type="datetime-local"][name="happened_at"]'), function (input) {
      var now = new Date();
      input.value = new Date(now - now.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
    });
  }

  function entryHere(entries) {
    return entries.filter(function (entry) {
      return new URL(entry.url).pathname === location.pathname;
    }).pop();
  }

  function fill(entries) {
    var entry = entryHere(entries);
    var form = document.querySelector('main form[method="post"]');
    if (!entry || !form) {
      return;
    }
    entry.fields.forEach(function (pair) {
      each(form.querySelectorAll('[name="' + pair[0] + '"]'), function (input) {
        if (input.type === "radio" || input.type === "checkbox") {
          input.checked = input.value === pair[1] || input.checked;
        } else if (input.type !== "hidden" && input.type !== "file") {
          input.value = pair[1];
        }
      });
    });
    var words = "您 " + clock(entry.at) + " 填写的内容在手机上" + (entry.files.length ? "，连同 " + entry.files.length + " 个文件" : "") + "，还没有上传。";
    if (entry.state !== "waiting") {
      words = "您填写的内容没有被接受：" + entry.why.join(" ") + " 请到“未上传”处理。";
    }
    var note = made("p", words, "note " + (entry.state === "waiting" ? "note-plain" : "note-bad"));
    note.setAttribute("role", "status");
    form.insertBefore(note, form.firstChild);
  }

  function mark(entries) {
    entries.forEach(function (entry) {
      each(document.querySelectorAll('a[href="' + new URL(entry.url).pathname + '"]'), function (link) {
        if (!link.querySelector("[data-unsent-mark]")) {
          var badge = made("span", "未上传", "tag ms-1");
          badge.setAttribute("data-unsent-mark", "");
          link.appendChild(badge);
        }
      });
    });
  }

  // ---- the page of what is not sent -------------------------------------------------------------------
  function value(entry, name) {
    var found = entry.fields.filter(function (pair) {
      return pair[0] === name;
    })[0];
    return found ? found[1] : "";
  }

  function summary(label, number, remark) {
    return [label, number, remark].filter(Boolean).join("，") || "–";
  }

  function button(words, css, act) {
    var made_ = made("button", words, "btn " + css);
    made_.type = "button";
    made_.addEventListener("click", function () {
      made_.disabled = true;
      act().then(refresh, refresh);
    });
    return made_;
  }

  function refresh() {
    return ask({ type: "list" }).then(shelf);
  }

  function settle(entry) {
    var form = new FormData();
    ["value", "number", "remark"].forEach(function (name) {
      form.append(name, value(entry, name));
    });
    form.append("claimed_at", new Date(entry.at).toISOString());
    return fetch(entry.url + "settle/", {
      method: "POST",
      body: form,
      credentials: "same-origin",
      headers: { "X-CSRFToken": document.querySelector('meta[name="csrf-token"]').content },
    }).then(function (response) {
      if (!response.ok) {
        throw new Error("没有登记");
      }
      return ask({ type: "drop", id: entry.id });
    });
  }

  function shelf(entries) {
    var place = document.querySelector("[data-shelf]");
    if (!place) {
      return;
    }
    place.textContent = "";
    if (!entries.length) {
      place.appendChild(made("p", "手机上没有未上传的内容。", "card-x mb-0"));
    }
    entries.forEach(function (entry) {
      var card = made("section", "", "card-x");
      card.appendChild(made("h2", entry.title));
      var states = { waiting: "等待上传", conflict: "与已登记的内容不一致", refused: "没有被接受" };
      card.appendChild(made("p", clock(entry.at) + "　" + states[entry.state], "small dim mb-2"));
      var mine = summary(LABELS[value(entry, "value")], value(entry, "number"), value(entry, "remark") || value(entry, "note") || value(entry, "opinion"));
      card.appendChild(made("p", "手机上的：" + mine + (entry.files.length ? "，" + entry.files.length + " 个文件" : ""), "mb-2"));
      if (entry.now) {
        card.appendChild(made("p", "已登记的（" + entry.now.by + "，" + entry.now.at + "）：" + summary(entry.now.label, entry.now.number, entry.now.remark), "mb-2"));
      }
      entry.why.forEach(function (text) {
        card.appendChild(made("p", text, "note note-bad"));
      });
      var acts = made("div", "", "acts");
      if (entry.state === "conflict" && entry.now) {
        acts.appendChild(button("用手机上的", "btn-primary", function () {
          return ask({ type: "again", id: entry.id, seen: entry.now.seen });
        }));
        acts.appendChild(button("保留已登记的", "btn-plain", function () {
          return settle(entry);
        }));
      } else if (entry.state !== "waiting") {
        acts.appendChild(button("再上传一次", "btn-primary", function () {
          return ask({ type: "again", id: entry.id });
        }));
        var drop = made("button", "删除这一件", "btn btn-back");
        drop.type = "button";
        drop.addEventListener("click", function () {
          if (drop.getAttribute("data-sure")) {
            ask({ type: "drop", id: entry.id }).then(refresh);
          } else {
            drop.setAttribute("data-sure", "1");
            drop.textContent = "再按一次删除，不能找回";
          }
        });
        acts.appendChild(drop);
      }
      var open = made("a", "打开这一页", "btn btn-plain");
      open.href = entry.url;
      acts.appendChild(open);
      card.appendChild(acts);
      place.appendChild(card);
    });
  }

  // ---- start ---------------------------------------------------------------------------------------------
  show();
  if (navigator.serviceWorker && window.isSecureContext && window.crypto && crypto.subtle) {
    navigator.serviceWorker.register(body.getAttribute("data-worker")).then(function () {
      return navigator.serviceWorker.ready;
    }).then(begin);
  } else {
    each(document.querySelectorAll("[data-prepare]"), function (place) {
      place.textContent = "这个浏览器不能在没有信号时使用（须用 HTTPS 地址打开）。";
    });
  }
})();
