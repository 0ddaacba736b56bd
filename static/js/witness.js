/* A witness's commitment, made in this browser: SHA-256 of "ssj1|witness|A|salt|digits" (DRAW §3). Digits and salt stay
   here until they are opened. Also runs in the offline page, which is one file; without this script the pages say that
   the server would see the digits first. WebCrypto's digest is missing on plain http, so SHA-256 is written out. */
(function () {
  "use strict";

  var K = [];
  var START = [];
  (function () {
    // First 32 bits of the fractional parts of cube and square roots of the first primes (FIPS 180-4, 4.2.2 and 5.3.3).
    for (var n = 2; K.length < 64; n++) {
      var prime = true;
      for (var d = 2; d * d <= n; d++) {
        if (n % d === 0) { prime = false; break; }
      }
      if (!prime) { continue; }
      if (START.length < 8) { START.push(fraction(Math.pow(n, 1 / 2))); }
      K.push(fraction(Math.pow(n, 1 / 3)));
    }
    function fraction(x) { return ((x - Math.floor(x)) * 4294967296) | 0; }
  })();

  function turn(x, n) { return (x >>> n) | (x << (32 - n)); }

  /* Text of ASCII only: a commitment holds hex, digits and bars. */
  function sha256(text) {
    var bytes = [];
    for (var i = 0; i < text.length; i++) {
      var code = text.charCodeAt(i);
      if (code > 127) { throw new Error("not ASCII"); }
      bytes.push(code);
    }
    var bits = bytes.length * 8;
    bytes.push(128);
    while (bytes.length % 64 !== 56) { bytes.push(0); }
    for (var shift = 56; shift >= 0; shift -= 8) {
      bytes.push(shift > 31 ? 0 : (bits >>> shift) & 255);
    }
    var hash = START.slice();
    for (var at = 0; at < bytes.length; at += 64) {
      var w = [];
      for (var t = 0; t < 64; t++) {
        if (t < 16) {
          var b = at + 4 * t;
          w[t] = (bytes[b] << 24) | (bytes[b + 1] << 16) | (bytes[b + 2] << 8) | bytes[b + 3];
        } else {
          var s0 = turn(w[t - 15], 7) ^ turn(w[t - 15], 18) ^ (w[t - 15] >>> 3);
          var s1 = turn(w[t - 2], 17) ^ turn(w[t - 2], 19) ^ (w[t - 2] >>> 10);
          w[t] = (w[t - 16] + s0 + w[t - 7] + s1) | 0;
        }
      }
      var v = hash.slice();
      for (var r = 0; r < 64; r++) {
        var e1 = turn(v[4], 6) ^ turn(v[4], 11) ^ turn(v[4], 25);
        var one = (v[7] + e1 + ((v[4] & v[5]) ^ (~v[4] & v[6])) + K[r] + w[r]) | 0;
        var e0 = turn(v[0], 2) ^ turn(v[0], 13) ^ turn(v[0], 22);
        var two = (e0 + ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]))) | 0;
        v = [(one + two) | 0, v[0], v[1], v[2], (v[3] + one) | 0, v[4], v[5], v[6]];
      }
      for (var k = 0; k < 8; k++) { hash[k] = (hash[k] + v[k]) | 0; }
    }
    return hash.map(function (word) { return ("0000000" + (word >>> 0).toString(16)).slice(-8); }).join("");
  }

  function newSalt() {
    var bytes = new Uint8Array(32);
    window.crypto.getRandomValues(bytes);
    return Array.prototype.map.call(bytes, function (b) { return ("0" + b.toString(16)).slice(-2); }).join("");
  }

  function commitment(a, salt, digits) {
    return sha256("ssj1|witness|" + a + "|" + salt + "|" + digits);
  }

  function keep(key, value) {
    try { window.localStorage.setItem("witness:" + key, JSON.stringify(value)); } catch (full) { /* shown on the page as well */ }
  }

  function kept(key) {
    try { return JSON.parse(window.localStorage.getItem("witness:" + key)); } catch (none) { return null; }
  }

  function grouped(hex) { return hex.replace(/(.{4})/g, "$1 ").trim(); }

  /* What is typed or scanned elsewhere: one line each. */
  function commitCode(a, value) { return "ssj1-commit|" + a + "|" + value; }
  function openCode(salt, digits) { return "ssj1-open|" + salt + "|" + digits; }

  function show(box, text, label) {
    box.textContent = "";
    if (window.ssjQr) { box.appendChild(window.ssjQr.svg(text, label)); }
  }

  function each(root, selector, work) { Array.prototype.forEach.call(root.querySelectorAll(selector), work); }

  function prepareCommit(form) {
    if (form.hasAttribute("data-ready")) { return; }
    form.setAttribute("data-ready", "");
    var digits = form.querySelector("[name=digits]");
    var button = form.querySelector("[data-commit-button]");
    var complaint = form.querySelector("[data-complaint]");
    var code = form.querySelector("[name=code]");
    var box = form.querySelector("[data-salt-box]");
    var wanted = Number(form.getAttribute("data-each"));
    var isMade = false;
    form.querySelector("[data-without-script]").hidden = true;
    button.textContent = "生成承诺";
    digits.removeAttribute("name"); // never sent from here
    function fields() { return Array.prototype.slice.call(form.querySelectorAll("[data-a]")); }
    function complain(words) {
      complaint.textContent = words;
      complaint.hidden = !words;
    }
    digits.addEventListener("input", function () {
      if (isMade) {
        isMade = false;
        button.textContent = "生成承诺";
        fields().forEach(function (field) { field.value = ""; });
        box.hidden = true;
      }
    });
    form.addEventListener("submit", function (event) {
      var isPasted = digits.value === "" && (fields().every(function (field) { return field.value !== ""; }) || (code && code.value !== ""));
      if (isMade || isPasted) { return; }
      event.preventDefault();
      if (!/^[0-9]+$/.test(digits.value) || digits.value.length !== wanted) {
        complain("请输入 " + wanted + " 位数字，现有 " + digits.value.length + " 位。");
        digits.focus();
        return;
      }
      complain("");
      var salt = newSalt();
      fields().forEach(function (field) {
        field.value = commitment(field.getAttribute("data-a"), salt, digits.value);
      });
      // Nothing stays on the operator's device: whoever runs the sitting could read it there.
      if (form.getAttribute("data-witness-commit")) {
        keep(form.getAttribute("data-witness-commit"), { salt: salt, digits: digits.value });
      }
      form.querySelector("[data-salt]").textContent = grouped(salt);
      each(form, "[data-open-qr]", function (place) { show(place, openCode(salt, digits.value), "开封码"); });
      box.hidden = false;
      button.textContent = "已记下盐值，提交承诺";
      isMade = true;
    });
  }

  function prepareOpen(box) {
    var own = kept(box.getAttribute("data-witness-open"));
    var salt = box.querySelector("[name=salt]");
    if (own && salt && salt.value === "") {
      salt.value = own.salt;
      box.querySelector("[name=digits]").value = own.digits;
    }
  }

  function prepareOffline(form) {
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      var page = document;
      var complaint = form.querySelector("[data-complaint]");
      var digits = form.elements.digits.value.trim();
      var list = form.elements.a.value.split(/\n/).map(function (line) {
        return line.replace(/\s/g, "").toLowerCase();
      }).filter(Boolean);
      complaint.textContent = "";
      if (!list.length || !list.every(function (a) { return /^[0-9a-f]{64}$/.test(a); })) {
        complaint.textContent = "请核对公告指纹：每行一个，每个是 64 位十六进制数字（0–9、a–f），空格不计。";
        return;
      }
      if (!/^[0-9]{8,64}$/.test(digits)) {
        complaint.textContent = "请核对数字：8 到 64 位，只能是 0–9，位数按摇号会的要求。";
        return;
      }
      var salt = newSalt();
      var values = list.map(function (a) { return commitment(a, salt, digits); });
      page.querySelector("[data-commit-text]").value = list.map(function (a, i) { return commitCode(a, values[i]); }).join("\n");
      var codes = page.querySelector("[data-commit-qr]");
      codes.textContent = "";
      list.forEach(function (a, i) {
        var one = document.createElement("figure");
        var words = document.createElement("figcaption");
        words.textContent = "公告指纹 " + a.slice(0, 4) + " " + a.slice(4, 8) + "… 的承诺值 " + grouped(values[i]);
        one.appendChild(window.ssjQr.svg(commitCode(a, values[i]), "承诺码"));
        one.appendChild(words);
        codes.appendChild(one);
      });
      page.querySelector("[data-output]").textContent = ["数字：" + digits, "盐值：" + salt].concat(list.map(function (a, i) {
        return "公告指纹 " + a + "\n承诺值   " + values[i];
      })).join("\n");
      page.querySelector("[data-open-text]").value = openCode(salt, digits);
      show(page.querySelector("[data-open-qr]"), openCode(salt, digits), "开封码");
      page.querySelector("[data-made]").hidden = false;
    });
    each(document, "[data-print]", function (button) {
      button.addEventListener("click", function () { window.print(); });
    });
  }

  function prepare(root) {
    each(root, "[data-witness-commit]", prepareCommit);
    each(root, "[data-witness-open]", prepareOpen);
  }

  prepare(document);
  each(document, "[data-witness-offline]", prepareOffline);
  document.addEventListener("htmx:load", function (event) { prepare(event.detail.elt.parentNode || document); });

  window.ssjWitness = { sha256: sha256, commitment: commitment };
})();
