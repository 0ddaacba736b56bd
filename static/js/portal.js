/* Small helps over pages that work without them. No page needs this file; see docs/frontend.md for the attributes. */
(function () {
  "use strict";

  function all(selector, root) {
    return Array.prototype.slice.call((root || document).querySelectorAll(selector));
  }

  // ---- one click, one submission ----------------------------------------------------------------
  function buttonsOf(form) {
    var found = all("button:not([type=button]):not([type=reset]), input[type=submit]", form);
    if (form.id) {
      found = found.concat(all('button[form="' + form.id + '"]'));
    }
    return found;
  }

  function hold(form) {
    buttonsOf(form).forEach(function (button) {
      if (!button.disabled) {
        button.disabled = true;
        button.setAttribute("data-held", "");
        button.classList.add("is-sent");
      }
    });
    form.setAttribute("aria-busy", "true");
  }

  function release(root) {
    all("[data-held]", root).forEach(function (button) {
      button.disabled = false;
      button.removeAttribute("data-held");
      button.classList.remove("is-sent");
    });
    all("[aria-busy]", root).forEach(function (form) {
      form.removeAttribute("aria-busy");
    });
    if (root && root.removeAttribute) {
      root.removeAttribute("aria-busy");
    }
  }

  function isHtmx(form) {
    return form.hasAttribute("hx-post") || form.hasAttribute("hx-put") || form.hasAttribute("hx-delete");
  }

  document.addEventListener("submit", function (event) {
    var form = event.target;
    if ((form.getAttribute("method") || "get").toLowerCase() !== "post" || form.hasAttribute("data-keep") || form.target === "_blank" || (event.submitter && event.submitter.formTarget === "_blank")) {
      return;
    }
    if (form.getAttribute("aria-busy") === "true") {
      event.preventDefault();
      return;
    }
    if (event.defaultPrevented && !isHtmx(form)) {
      return;
    }
    // After this turn: a disabled button would take its name and value out of what is sent.
    window.setTimeout(function () {
      hold(form);
    }, 0);
    // An answer that leaves the page standing (a download, a broken line) must not lock it for ever.
    window.setTimeout(function () {
      release(form);
    }, 30000);
  });

  // Coming back with the browser's own button shows the page as it was left.
  window.addEventListener("pageshow", function () {
    release(document);
  });

  // ---- htmx: token on every writing request, failures in words ------------------------------------
  function token() {
    var meta = document.querySelector('meta[name="csrf-token"]');
    var field = document.querySelector('input[name="csrfmiddlewaretoken"]');
    return (meta && meta.content) || (field && field.value) || "";
  }

  document.addEventListener("htmx:configRequest", function (event) {
    if (event.detail.verb !== "get") {
      event.detail.headers["X-CSRFToken"] = token();
    }
  });

  document.addEventListener("htmx:afterRequest", function (event) {
    var form = event.detail.elt && event.detail.elt.closest ? event.detail.elt.closest("form") : null;
    window.setTimeout(function () {
      release(form || document);
    }, 0);
  });

  function say(text) {
    var main = document.getElementById("main") || document.body;
    var note = document.getElementById("request-problem");
    if (!note) {
      note = document.createElement("div");
      note.id = "request-problem";
      note.className = "note note-bad mb-3";
      note.setAttribute("role", "alert");
      main.insertBefore(note, main.firstChild);
    }
    note.textContent = text;
  }

  document.addEventListener("htmx:sendError", function () {
    say("没有连上服务器，刚才的更新没有完成。请检查网络后刷新本页。");
  });

  document.addEventListener("htmx:responseError", function (event) {
    var status = event.detail.xhr.status;
    if (status === 409) {
      say("情况已有变化，这一步没有办理。请刷新本页，看过现在的情况再办。");
    } else if (status === 403) {
      say("没有办理：页面可能已过期，或者您没有这一步的权限。请刷新本页再试。");
    } else {
      say("服务器没有完成这一步（" + status + "）。请刷新本页后再试；再次出错时请告诉系统管理员。");
    }
  });

  // ---- selection in lists ---------------------------------------------------------------------------
  function countSelection(form) {
    var boxes = all("[data-select]", form);
    var chosen = boxes.filter(function (box) {
      return box.checked;
    });
    boxes.forEach(function (box) {
      var row = box.closest("tr");
      if (row) {
        row.classList.toggle("is-on", box.checked);
      }
    });
    all("[data-count]", form).forEach(function (place) {
      place.textContent = String(chosen.length);
    });
    all("[data-bulk-bar]", form).forEach(function (bar) {
      bar.hidden = chosen.length === 0;
    });
    all("[data-select-all]", form).forEach(function (box) {
      box.checked = boxes.length > 0 && chosen.length === boxes.length;
      box.indeterminate = chosen.length > 0 && chosen.length < boxes.length;
    });
  }

  document.addEventListener("change", function (event) {
    var box = event.target;
    var form = box.closest("[data-bulk]");
    if (form && box.hasAttribute("data-select-all")) {
      all("[data-select]", form).forEach(function (one) {
        one.checked = box.checked;
      });
    }
    if (form && (box.hasAttribute("data-select") || box.hasAttribute("data-select-all"))) {
      countSelection(form);
    }
    if (box.hasAttribute("data-submit-on-change") && box.form) {
      if (box.form.requestSubmit) {
        box.form.requestSubmit();
      } else {
        box.form.submit();
      }
    }
  });

  // ---- clicks: copy, clear the selection ------------------------------------------------------------
  function copied(button) {
    var words = button.firstChild;
    if (!button.hasAttribute("data-words")) {
      button.setAttribute("data-words", words.textContent);
    }
    words.textContent = "已复制";
    window.setTimeout(function () {
      words.textContent = button.getAttribute("data-words");
    }, 2000);
  }

  // The clipboard API exists only over HTTPS and on localhost; many bureaus' intranets have neither.
  function copyByHand(text) {
    var area = document.createElement("textarea");
    area.value = text;
    area.setAttribute("readonly", "");
    area.className = "visually-hidden";
    document.body.appendChild(area);
    area.select();
    var done = document.execCommand("copy");
    document.body.removeChild(area);
    return done;
  }

  document.addEventListener("click", function (event) {
    var button = event.target.closest ? event.target.closest("[data-copy], [data-select-none]") : null;
    if (!button) {
      return;
    }
    if (button.hasAttribute("data-select-none")) {
      event.preventDefault();
      var form = button.closest("[data-bulk]");
      all("[data-select]", form).forEach(function (box) {
        box.checked = false;
      });
      countSelection(form);
      return;
    }
    var text = button.getAttribute("data-copy");
    if (navigator.clipboard && window.isSecureContext) {
      navigator.clipboard.writeText(text).then(
        function () {
          copied(button);
        },
        function () {
          if (copyByHand(text)) {
            copied(button);
          }
        }
      );
    } else if (copyByHand(text)) {
      copied(button);
    }
  });

  // ---- clock and signal -----------------------------------------------------------------------------
  function showTime() {
    // Beijing time whatever the projector's computer is set to.
    var now = new Date(Date.now() + 8 * 3600 * 1000);
    var text = now.toISOString().slice(11, 16);
    all("[data-clock]").forEach(function (place) {
      place.textContent = text;
    });
  }

  function showSignal() {
    all("[data-signal]").forEach(function (place) {
      place.textContent = navigator.onLine ? "在线" : "离线，先别关闭本页";
      place.classList.toggle("signal-on", navigator.onLine);
    });
  }

  function prepare(root) {
    all("[data-copy]", root).forEach(function (button) {
      button.hidden = false;
    });
    all("[data-bulk]", root).forEach(countSelection);
  }

  function start() {
    prepare(document);
    if (document.querySelector("[data-clock]")) {
      showTime();
      window.setInterval(showTime, 1000);
    }
    if (document.querySelector("[data-signal]")) {
      showSignal();
      window.addEventListener("online", showSignal);
      window.addEventListener("offline", showSignal);
    }
  }

  document.addEventListener("htmx:load", function (event) {
    prepare(event.detail.elt);
  });
  if (document.readyState === "loading") {
    document.addEventListener("DOMContentLoaded", start);
  } else {
    start();
  }
})();
