/* Signature on glass: a finger or pen on a canvas. What is sent with the stroke is exactly the text that stood above it,
   with the answers that are still on this phone put in. Paper works without this file. */
(function () {
  "use strict";

  var form = document.querySelector("[data-glass-form]");
  var box = document.querySelector("[data-glass]");
  var pad = document.querySelector("[data-pad]");
  if (!form || !pad || !pad.getContext || !window.PointerEvent) {
    return;
  }
  var LABELS = { yes: "符合", no: "不符合", na: "不涉及" };
  var state = document.querySelector("[data-pad-state]");
  var pen = pad.getContext("2d");
  var drawn = 0;
  var last = null;

  function clear() {
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, pad.width, pad.height);
    drawn = 0;
    last = null;
    form.elements.glass.value = "";
    state.textContent = "还没有签名。";
  }

  function at(event) {
    var frame = pad.getBoundingClientRect();
    return {
      x: ((event.clientX - frame.left) * pad.width) / frame.width,
      y: ((event.clientY - frame.top) * pad.height) / frame.height,
    };
  }

  function stroke(to) {
    pen.strokeStyle = "#111";
    pen.lineWidth = 5;
    pen.lineCap = pen.lineJoin = "round";
    pen.beginPath();
    pen.moveTo(last.x, last.y);
    pen.lineTo(to.x, to.y);
    pen.stroke();
    drawn += Math.abs(to.x - last.x) + Math.abs(to.y - last.y);
    last = to;
  }

  pad.addEventListener("pointerdown", function (event) {
    event.preventDefault();
    pad.setPointerCapture(event.pointerId);
    last = at(event);
  });
  pad.addEventListener("pointermove", function (event) {
    if (last) {
      event.preventDefault();
      stroke(at(event));
    }
  });
  ["pointerup", "pointercancel"].forEach(function (name) {
    pad.addEventListener(name, function () {
      last = null;
      state.textContent = drawn > 60 ? "已签名，保存后固定。" : "还没有签名。";
    });
  });
  document.querySelector("[data-pad-clear]").addEventListener("click", clear);

  // ---- what is shown -----------------------------------------------------------------------------
  function shown() {
    return Array.prototype.map
      .call(document.querySelectorAll("[data-line]"), function (line) {
        return line.textContent;
      })
      .join("\n");
  }

  function plain(text) {
    return text.replace(/\s+/g, " ").trim();
  }

  function changed(before) {
    if (drawn && before !== shown()) {
      clear();
      state.textContent = "内容有变动，请看过后重新签名。";
    }
  }

  var opinion = form.elements.opinion;
  function follow() {
    var before = shown();
    document.querySelector("[data-opinion-line]").textContent = "当事人意见：" + (plain(opinion.value) || "无");
    changed(before);
  }
  opinion.addEventListener("input", follow);

  // answers that wait on this phone are part of what the party sees
  document.addEventListener("field:unsent", function (event) {
    var before = shown();
    event.detail.forEach(function (entry) {
      var path = new URL(entry.url).pathname;
      var line = document.querySelector('[data-line][data-path="' + path + '"]');
      if (!line) {
        return;
      }
      var given = {};
      entry.fields.forEach(function (pair) {
        given[pair[0]] = pair[1];
      });
      var number = given.value === "na" ? "" : (given.number || "").trim();
      var measured = number === "" ? "" : plain(String(Number(number)) + " " + line.getAttribute("data-unit"));
      line.querySelector("[data-answer]").textContent = [LABELS[given.value], measured, plain(given.remark || "")]
        .filter(Boolean)
        .join("，");
    });
    changed(before);
  });

  form.addEventListener("submit", function () {
    if (drawn > 60) {
      form.elements.glass_text.value = shown();
      form.elements.glass.value = pad.toDataURL("image/png");
      var signed = form.querySelector('[name="signed"][value="signed"]');
      if (signed && !form.querySelector('[name="signed"]:checked')) {
        signed.checked = true;
      }
    }
  });

  // a form that came back for another field keeps the signature, if what was signed still stands above it
  function restore(picture) {
    var image = new Image();
    image.onload = function () {
      pen.drawImage(image, 0, 0, pad.width, pad.height);
      drawn = 61;
      state.textContent = "已签名，保存后固定。";
    };
    image.src = picture;
  }

  var kept = form.elements.glass.value;
  var signedText = form.elements.glass_text.value.replace(/\r\n?/g, "\n");
  box.hidden = false;
  document.querySelector("[data-glass-link]").hidden = false;
  clear();
  follow();
  if (kept.indexOf("data:image/png;base64,") === 0 && signedText === shown()) {
    restore(kept);
  }
})();
