/* Small helps on the phone: photo preview, position into hidden fields, a hint beside a number. Every page works without it. */
(function () {
  "use strict";

  function each(list, act) {
    Array.prototype.forEach.call(list, act);
  }

  // a page that answered a sent form stays in the history as a plain page: "back" to it is never a browser error
  if (window.history.replaceState) {
    window.history.replaceState(window.history.state, "", window.location.href);
  }

  // ---- the position, when the phone gives it ----------------------------------------------------
  function locate(form) {
    var state = form.querySelector("[data-place-state]");
    var latitude = form.querySelector('[name="latitude"]');
    var longitude = form.querySelector('[name="longitude"]');
    if (!navigator.geolocation || !latitude || !longitude) {
      return;
    }
    navigator.geolocation.getCurrentPosition(
      function (found) {
        latitude.value = found.coords.latitude.toFixed(6);
        longitude.value = found.coords.longitude.toFixed(6);
        if (state) {
          state.textContent = "已定位，误差约 " + Math.round(found.coords.accuracy) + " 米。";
        }
      },
      function () {
        if (state) {
          state.textContent = "没有取得位置，可以照常办理。";
        }
      },
      { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 }
    );
  }
  each(document.querySelectorAll("form[data-place]"), locate);

  // ---- chosen photos, before they are sent -------------------------------------------------------
  function preview(input) {
    var form = input.form;
    var box = form && form.querySelector("[data-shots]");
    if (!box) {
      return;
    }
    each(box.querySelectorAll("[data-new]"), function (old) {
      URL.revokeObjectURL(old.getAttribute("data-new"));
      box.removeChild(old);
    });
    each(input.files || [], function (file) {
      if (file.type.indexOf("image/") !== 0) {
        return;
      }
      var address = URL.createObjectURL(file);
      var figure = document.createElement("figure");
      var picture = document.createElement("img");
      var caption = document.createElement("figcaption");
      figure.setAttribute("data-new", address);
      picture.src = address;
      picture.alt = "待上传：" + file.name;
      picture.width = 108;
      picture.height = 78;
      caption.textContent = "待上传";
      figure.appendChild(picture);
      figure.appendChild(caption);
      box.appendChild(figure);
    });
  }
  each(document.querySelectorAll("input[type=file][data-preview]"), function (input) {
    input.addEventListener("change", function () {
      preview(input);
    });
  });

  // ---- standard phrases: one tap puts one into the remark ------------------------------------------
  var remark = document.getElementById("id_remark");
  each(document.querySelectorAll("[data-phrases]"), function (box) {
    box.hidden = !remark;
  });
  each(document.querySelectorAll("[data-phrase]"), function (button) {
    button.addEventListener("click", function () {
      var phrase = button.getAttribute("data-phrase");
      var text = remark.value.trim();
      if (text.indexOf(phrase) < 0) {
        remark.value = (text ? text.replace(/[。；，]$/, "") + "；" : "") + phrase;
      }
    });
  });

  // ---- a number beyond its limit suggests 不符合; the person decides ------------------------------
  var number = document.getElementById("id_number");
  var hint = document.querySelector("[data-limits-hint]");
  function judge() {
    var text = number.value.trim().replace("，", ".").replace(",", ".");
    var value = Number(text);
    var low = number.getAttribute("data-minimum");
    var high = number.getAttribute("data-maximum");
    var isOutside = text !== "" && !isNaN(value) && ((low !== null && value < Number(low)) || (high !== null && value > Number(high)));
    hint.textContent = isOutside ? "超出规定，建议选“不符合”；仍认定符合的须写明理由。" : "";
    hint.className = isOutside ? "field-error d-block" : "d-block";
  }
  if (number && hint) {
    number.addEventListener("input", judge);
    judge();
  }
})();
