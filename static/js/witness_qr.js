/* A text as a QR code, without a network and without a library: byte mode, error correction M, versions 1 to 20 (ISO/IEC
   18004). The witness's page and the offline page show codes with it; tests/planning/test_witness_qr.py compares the
   modules with those of the library that prints the lock slip. */
(function () {
  "use strict";

  // Level M, by version: codewords of error correction in a block, and blocks.
  var ECC = [0, 10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26];
  var BLOCKS = [0, 1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16];
  var LAST = 20;

  var EXP = [];
  var LOG = [];
  (function () {
    for (var i = 0, x = 1; i < 255; i++) {
      EXP[i] = x;
      LOG[x] = i;
      x <<= 1;
      if (x & 256) { x ^= 0x11d; }
    }
    for (var j = 255; j < 512; j++) { EXP[j] = EXP[j - 255]; }
  })();

  function times(a, b) { return a && b ? EXP[LOG[a] + LOG[b]] : 0; }

  function alignments(version) {
    if (version === 1) { return []; }
    var count = Math.floor(version / 7) + 2;
    var step = Math.ceil((version * 4 + 4) / (count * 2 - 2)) * 2;
    var found = [6];
    for (var at = version * 4 + 10; found.length < count; at -= step) { found.splice(1, 0, at); }
    return found;
  }

  function rawModules(version) {
    var modules = (16 * version + 128) * version + 64;
    if (version >= 2) {
      var count = Math.floor(version / 7) + 2;
      modules -= (25 * count - 10) * count - 55;
      if (version >= 7) { modules -= 36; }
    }
    return modules;
  }

  function dataCodewords(version) { return Math.floor(rawModules(version) / 8) - ECC[version] * BLOCKS[version]; }

  function utf8(text) {
    return unescape(encodeURIComponent(text)).split("").map(function (c) { return c.charCodeAt(0); });
  }

  function codewords(bytes, version) {
    var bits = [];
    function put(value, length) { for (var i = length - 1; i >= 0; i--) { bits.push((value >>> i) & 1); } }
    put(4, 4);
    put(bytes.length, version < 10 ? 8 : 16);
    bytes.forEach(function (b) { put(b, 8); });
    var room = dataCodewords(version) * 8;
    put(0, Math.min(4, room - bits.length));
    put(0, (8 - bits.length % 8) % 8);
    for (var pad = 0xec; bits.length < room; pad ^= 0xec ^ 0x11) { put(pad, 8); }
    var words = [];
    for (var at = 0; at < bits.length; at += 8) {
      words.push(parseInt(bits.slice(at, at + 8).join(""), 2));
    }
    return words;
  }

  function generator(degree) {
    var found = [];
    for (var i = 0; i < degree; i++) { found.push(i === degree - 1 ? 1 : 0); }
    for (var n = 0, root = 1; n < degree; n++) {
      for (var j = 0; j < degree; j++) {
        found[j] = times(found[j], root) ^ (j + 1 < degree ? found[j + 1] : 0);
      }
      root = times(root, 2);
    }
    return found;
  }

  function remainder(words, divisor) {
    var left = divisor.map(function () { return 0; });
    words.forEach(function (word) {
      var factor = word ^ left.shift();
      left.push(0);
      divisor.forEach(function (d, i) { left[i] ^= times(d, factor); });
    });
    return left;
  }

  function interleaved(words, version) {
    var blocks = BLOCKS[version];
    var ecc = ECC[version];
    var raw = Math.floor(rawModules(version) / 8);
    var shorter = blocks - raw % blocks;
    var length = Math.floor(raw / blocks);
    var divisor = generator(ecc);
    var parts = [];
    for (var b = 0, at = 0; b < blocks; b++) {
      var own = words.slice(at, at + length - ecc + (b < shorter ? 0 : 1));
      at += own.length;
      parts.push({ words: own, ecc: remainder(own, divisor) });
    }
    var out = [];
    for (var i = 0; i <= length - ecc; i++) {
      parts.forEach(function (part) { if (i < part.words.length) { out.push(part.words[i]); } });
    }
    for (var e = 0; e < ecc; e++) { parts.forEach(function (part) { out.push(part.ecc[e]); }); }
    return out;
  }

  function frame(version) {
    var size = version * 4 + 17;
    var dark = [];
    var fixed = [];
    for (var y = 0; y < size; y++) {
      dark.push([]);
      fixed.push([]);
      for (var x = 0; x < size; x++) { dark[y].push(0); fixed[y].push(0); }
    }
    function set(x, y, value) {
      if (x >= 0 && y >= 0 && x < size && y < size) { dark[y][x] = value ? 1 : 0; fixed[y][x] = 1; }
    }
    for (var i = 0; i < size; i++) { set(6, i, i % 2 === 0); set(i, 6, i % 2 === 0); }
    [[3, 3], [size - 4, 3], [3, size - 4]].forEach(function (middle) {
      for (var dy = -4; dy <= 4; dy++) {
        for (var dx = -4; dx <= 4; dx++) {
          var away = Math.max(Math.abs(dx), Math.abs(dy));
          set(middle[0] + dx, middle[1] + dy, away !== 2 && away !== 4);
        }
      }
    });
    var places = alignments(version);
    places.forEach(function (px, a) {
      places.forEach(function (py, b) {
        var last = places.length - 1;
        if ((a === 0 && b === 0) || (a === 0 && b === last) || (a === last && b === 0)) { return; }
        for (var dy = -2; dy <= 2; dy++) {
          for (var dx = -2; dx <= 2; dx++) { set(px + dx, py + dy, Math.max(Math.abs(dx), Math.abs(dy)) !== 1); }
        }
      });
    });
    if (version >= 7) {
      var rest = version;
      for (var r = 0; r < 12; r++) { rest = (rest << 1) ^ ((rest >>> 11) * 0x1f25); }
      var bits = (version << 12) | rest;
      for (var n = 0; n < 18; n++) {
        set(size - 11 + n % 3, Math.floor(n / 3), (bits >>> n) & 1);
        set(Math.floor(n / 3), size - 11 + n % 3, (bits >>> n) & 1);
      }
    }
    return { size: size, dark: dark, fixed: fixed, set: set };
  }

  function putFormat(made, mask) {
    var bits = mask; // level M is 00
    var rest = bits;
    for (var r = 0; r < 10; r++) { rest = (rest << 1) ^ ((rest >>> 9) * 0x537); }
    bits = ((bits << 10) | rest) ^ 0x5412;
    function bit(i) { return (bits >>> i) & 1; }
    var size = made.size;
    for (var i = 0; i <= 5; i++) { made.set(8, i, bit(i)); }
    made.set(8, 7, bit(6));
    made.set(8, 8, bit(7));
    made.set(7, 8, bit(8));
    for (var j = 9; j < 15; j++) { made.set(14 - j, 8, bit(j)); }
    for (var k = 0; k < 8; k++) { made.set(size - 1 - k, 8, bit(k)); }
    for (var l = 8; l < 15; l++) { made.set(8, size - 15 + l, bit(l)); }
    made.set(8, size - 8, 1);
  }

  function fill(made, words) {
    var i = 0;
    for (var right = made.size - 1; right >= 1; right -= 2) {
      if (right === 6) { right = 5; }
      for (var step = 0; step < made.size; step++) {
        for (var j = 0; j < 2; j++) {
          var x = right - j;
          var y = ((right + 1) & 2) === 0 ? made.size - 1 - step : step;
          if (!made.fixed[y][x] && i < words.length * 8) {
            made.dark[y][x] = (words[i >>> 3] >>> (7 - (i & 7))) & 1;
            i++;
          }
        }
      }
    }
  }

  var MASKS = [
    function (x, y) { return (x + y) % 2; },
    function (x, y) { return y % 2; },
    function (x) { return x % 3; },
    function (x, y) { return (x + y) % 3; },
    function (x, y) { return (Math.floor(x / 3) + Math.floor(y / 2)) % 2; },
    function (x, y) { return (x * y) % 2 + (x * y) % 3; },
    function (x, y) { return ((x * y) % 2 + (x * y) % 3) % 2; },
    function (x, y) { return ((x + y) % 2 + (x * y) % 3) % 2; }
  ];

  function turn(made, mask) {
    for (var y = 0; y < made.size; y++) {
      for (var x = 0; x < made.size; x++) {
        if (!made.fixed[y][x] && MASKS[mask](x, y) === 0) { made.dark[y][x] ^= 1; }
      }
    }
  }

  function penalty(made) {
    var size = made.size;
    var total = 0;
    var count = 0;
    function line(get) {
      var run = 0;
      var text = "";
      for (var i = 0; i < size; i++) {
        run = i && get(i) === get(i - 1) ? run + 1 : 1;
        total += run === 5 ? 3 : run > 5 ? 1 : 0;
        text += get(i);
      }
      for (var at = 0; at + 11 <= size; at++) {
        var part = text.substr(at, 11);
        if (part === "10111010000" || part === "00001011101") { total += 40; }
      }
    }
    for (var n = 0; n < size; n++) {
      line(function (i) { return made.dark[n][i]; });
      line(function (i) { return made.dark[i][n]; });
    }
    for (var y = 0; y < size; y++) {
      for (var x = 0; x < size; x++) {
        count += made.dark[y][x];
        if (x + 1 < size && y + 1 < size) {
          var sum = made.dark[y][x] + made.dark[y][x + 1] + made.dark[y + 1][x] + made.dark[y + 1][x + 1];
          total += sum === 0 || sum === 4 ? 3 : 0;
        }
      }
    }
    return total + Math.floor(Math.abs(count * 20 - size * size * 10) / (size * size)) * 10;
  }

  /* {version, mask, rows: [[0|1]]}; throws when the text is longer than 666 bytes. */
  function encode(text) {
    var bytes = utf8(text);
    var version = 1;
    while (version <= LAST && 4 + (version < 10 ? 8 : 16) + bytes.length * 8 > dataCodewords(version) * 8) { version++; }
    if (version > LAST) { throw new Error("too long"); }
    var words = interleaved(codewords(bytes, version), version);
    var best = null;
    for (var mask = 0; mask < 8; mask++) {
      var made = frame(version);
      putFormat(made, mask);
      fill(made, words);
      turn(made, mask);
      var cost = penalty(made);
      if (best === null || cost < best.cost) { best = { cost: cost, mask: mask, rows: made.dark }; }
    }
    return { version: version, mask: best.mask, rows: best.rows };
  }

  /* An <svg> of the text, with a quiet zone of four modules. */
  function svg(text, label) {
    var rows = encode(text).rows;
    var side = rows.length + 8;
    var path = "";
    rows.forEach(function (row, y) {
      row.forEach(function (module, x) { if (module) { path += "M" + (x + 4) + " " + (y + 4) + "h1v1h-1z"; } });
    });
    var space = "http://www.w3.org/2000/svg";
    var picture = document.createElementNS(space, "svg");
    picture.setAttribute("viewBox", "0 0 " + side + " " + side);
    picture.setAttribute("class", "qr qr-s");
    picture.setAttribute("role", "img");
    picture.setAttribute("aria-label", label);
    picture.setAttribute("shape-rendering", "crispEdges");
    var ground = document.createElementNS(space, "rect");
    ground.setAttribute("width", side);
    ground.setAttribute("height", side);
    ground.setAttribute("fill", "#fff");
    var ink = document.createElementNS(space, "path");
    ink.setAttribute("d", path);
    ink.setAttribute("fill", "#000");
    picture.appendChild(ground);
    picture.appendChild(ink);
    return picture;
  }

  window.ssjQr = { encode: encode, svg: svg };
})();
