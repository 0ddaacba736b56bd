/* The projector by keyboard. The address holds the step and the row, so loading again shows the same; every key is a link
   in the footer as well. Rows come from the recorded result; this only shows them one after another. */
(function () {
  "use strict";

  function view() { return document.querySelector("[data-stage]"); }
  function keys() { return document.getElementById("stage-keys"); }
  function number(element, name) { return Number(element.getAttribute("data-" + name)) || 0; }

  function rows() { return Array.prototype.slice.call(document.querySelectorAll("[data-row]")); }

  var told = null; // rows read out on this screen, counted over all screens

  function arrange(isNew) {
    var here = view();
    if (!here || here.getAttribute("data-view") !== "result" || !rows().length) { told = null; return; }
    if (told === null || isNew) { told = Math.min(number(here, "shown"), number(here, "count")); }
    rows().forEach(function (row) {
      row.classList.toggle("is-untold", number(row, "row") > told);
    });
    var counter = document.querySelector("[data-told]");
    if (counter) { counter.textContent = told; }
  }

  function remember() {
    var query = new URLSearchParams(window.location.search);
    query.set("view", "result");
    query.set("row", told);
    window.history.replaceState(null, "", "?" + query.toString());
  }

  function go(url) {
    if (url) { window.location.assign(url); }
  }

  function forward() {
    if (told !== null) {
      var waiting = rows().filter(function (row) { return number(row, "row") > told; });
      if (waiting.length) {
        told += 1;
        arrange(false);
        waiting[0].classList.add("is-told");
        remember();
        return;
      }
    }
    go(keys().getAttribute("data-next"));
  }

  function back() {
    if (told !== null && told > number(view(), "first")) {
      told -= 1;
      arrange(false);
      remember();
      return;
    }
    go(keys().getAttribute("data-previous"));
  }

  function item(digit) {
    var urls = keys().getAttribute("data-items").split(" ").filter(Boolean);
    if (urls.length > 1) { go(urls[digit - 1]); }
  }

  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.altKey || event.metaKey) { return; }
    var key = event.key;
    if (key === " " || key === "ArrowRight" || key === "PageDown" || key === "ArrowDown") { event.preventDefault(); forward(); }
    else if (key === "ArrowLeft" || key === "PageUp" || key === "ArrowUp") { event.preventDefault(); back(); }
    else if (key === "Home") { event.preventDefault(); go(keys().getAttribute("data-home")); }
    else if (key === "End") { event.preventDefault(); go(keys().getAttribute("data-end")); }
    else if (key === "f" || key === "F") { go(keys().getAttribute("data-follow")); }
    else if (key === "d" || key === "D") { go(keys().getAttribute("data-theme-url")); }
    else if (/^[1-9]$/.test(key)) { item(Number(key)); }
  });

  // ---- keeping up, and saying when it does not -----------------------------------------------------
  function signal(words) {
    var place = document.querySelector("[data-stage-signal]");
    if (place && place.textContent !== words) { place.textContent = words; }
  }

  document.addEventListener("htmx:afterSwap", function () { arrange(false); });
  document.addEventListener("htmx:afterRequest", function (event) {
    signal(event.detail.successful ? "" : "连接中断，正在重试");
  });
  window.addEventListener("offline", function () { signal("连接中断，正在重试"); });
  window.addEventListener("online", function () { signal(""); });

  arrange(true);
})();
