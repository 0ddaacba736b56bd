/* Reads a zip file in memory: names and bytes, stored or deflated, every checksum checked. Written out because browsers
   of the floor cannot inflate a zip by themselves. Zip64, encryption and other methods are refused in words. */
(function (root) {
  "use strict";

  const LENGTH_BASE = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
  const LENGTH_BITS = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
  const DISTANCE_BASE = [1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577];
  const DISTANCE_BITS = [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13];
  const CODE_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
  const LARGEST = 1 << 28;
  const BROKEN = "压缩包已损坏，请重新下载，或解开后直接选择文件夹。";

  class ZipProblem extends Error {}

  /* Canonical Huffman code: how many codes of each length, and the symbols in their order (RFC 1951, 3.2.2). */
  function huffman(lengths) {
    const counts = new Uint16Array(16), starts = new Uint16Array(16);
    lengths.forEach((length) => { counts[length]++; });
    counts[0] = 0;
    for (let i = 1; i < 15; i++) { starts[i + 1] = starts[i] + counts[i]; }
    const symbols = new Uint16Array(lengths.length);
    lengths.forEach(function (length, symbol) { if (length) { symbols[starts[length]++] = symbol; } });
    return { counts, symbols };
  }

  const FIXED = huffman(Array.from({ length: 288 }, (_, n) => (n < 144 ? 8 : n < 256 ? 9 : n < 280 ? 7 : 8)));
  const FIXED_DISTANCE = huffman(new Array(30).fill(5));

  function inflate(source, size) {
    const out = new Uint8Array(size);
    let at = 0, bits = 0, held = 0, made = 0;

    function take(count) {
      while (held < count) {
        if (at >= source.length) { throw new ZipProblem(BROKEN); }
        bits |= source[at++] << held;
        held += 8;
      }
      const value = bits & ((1 << count) - 1);
      bits >>>= count;
      held -= count;
      return value;
    }

    function symbol(tree) {
      let code = 0, first = 0, index = 0;
      for (let length = 1; length < 16; length++) {
        code |= take(1);
        const count = tree.counts[length];
        if (code - first < count) { return tree.symbols[index + code - first]; }
        index += count;
        first = (first + count) << 1;
        code <<= 1;
      }
      throw new ZipProblem(BROKEN);
    }

    function trees() {
      const literals = take(5) + 257, distances = take(5) + 1, codes = take(4) + 4;
      const own = new Array(19).fill(0);
      for (let i = 0; i < codes; i++) { own[CODE_ORDER[i]] = take(3); }
      const tree = huffman(own), lengths = [];
      while (lengths.length < literals + distances) {
        const one = symbol(tree);
        if (one < 16) { lengths.push(one); continue; }
        if (one === 16 && !lengths.length) { throw new ZipProblem(BROKEN); }
        const repeated = one === 16 ? lengths[lengths.length - 1] : 0;
        const times = one === 16 ? 3 + take(2) : one === 17 ? 3 + take(3) : 11 + take(7);
        for (let i = 0; i < times; i++) { lengths.push(repeated); }
      }
      return [huffman(lengths.slice(0, literals)), huffman(lengths.slice(literals, literals + distances))];
    }

    function need(count) {
      if (made + count > size) { throw new ZipProblem(BROKEN); }
    }

    function stored() {
      bits = 0;
      held = 0;
      const length = source[at] | (source[at + 1] << 8);
      at += 4;
      need(length);
      if (!(at + length <= source.length)) { throw new ZipProblem(BROKEN); }
      out.set(source.subarray(at, at + length), made);
      at += length;
      made += length;
    }

    function compressed(literals, distances) {
      for (;;) {
        const one = symbol(literals);
        if (one === 256) { return; }
        if (one < 256) { need(1); out[made++] = one; continue; }
        if (one > 285) { throw new ZipProblem(BROKEN); }
        const length = LENGTH_BASE[one - 257] + take(LENGTH_BITS[one - 257]);
        const far = symbol(distances);
        const distance = DISTANCE_BASE[far] + take(DISTANCE_BITS[far]);
        need(length);
        if (!(distance <= made)) { throw new ZipProblem(BROKEN); }
        for (let i = 0; i < length; i++, made++) { out[made] = out[made - distance]; }
      }
    }

    let isLast = 0;
    while (!isLast) {
      isLast = take(1);
      const kind = take(2);
      if (kind === 0) { stored(); }
      else if (kind === 1) { compressed(FIXED, FIXED_DISTANCE); }
      else if (kind === 2) { compressed(...trees()); }
      else { throw new ZipProblem(BROKEN); }
    }
    if (made !== size) { throw new ZipProblem(BROKEN); }
    return out;
  }

  const CRC = new Int32Array(256).map(function (_, n) {
    for (let i = 0; i < 8; i++) { n = n & 1 ? (n >>> 1) ^ 0xedb88320 : n >>> 1; }
    return n;
  });

  function crc32(bytes) {
    let sum = -1;
    for (let i = 0; i < bytes.length; i++) { sum = CRC[(sum ^ bytes[i]) & 255] ^ (sum >>> 8); }
    return (sum ^ -1) >>> 0;
  }

  /* Uint8Array of a zip → [{path, bytes}] without folder entries. Throws ZipProblem with a sentence. */
  function unzip(bytes) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    try {
      return entries(bytes, view);
    } catch (problem) {
      if (problem instanceof RangeError) { throw new ZipProblem(BROKEN); } // an offset beyond the end
      throw problem;
    }
  }

  function entries(bytes, view) {
    let end = bytes.length - 22;
    while (end >= 0 && view.getUint32(end, true) !== 0x06054b50) { end--; }
    if (end < 0) { throw new ZipProblem("这不是 zip 压缩包。请选择一次抽取的 zip，或解开后的文件夹。"); }
    const count = view.getUint16(end + 10, true), found = [];
    let at = view.getUint32(end + 16, true), total = 0;
    for (let i = 0; i < count; i++) {
      if (view.getUint32(at, true) !== 0x02014b50) { throw new ZipProblem(BROKEN); }
      const nameLength = view.getUint16(at + 28, true);
      const path = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
      const size = view.getUint32(at + 24, true);
      total += size;
      if (total > LARGEST) { throw new ZipProblem("压缩包解开后过大，浏览器无法核验，请改用 verify.py。"); }
      if (!path.endsWith("/")) { found.push({ path, bytes: entry(bytes, view, at, path, size) }); }
      at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    }
    return found;
  }

  function entry(bytes, view, at, path, size) {
    const isUnix = view.getUint8(at + 5) === 3, mode = view.getUint16(at + 40, true) & 0xf000;
    if (isUnix && mode !== 0 && mode !== 0x8000) { throw new ZipProblem("压缩包里的“" + path + "”不是普通文件。"); }
    const method = view.getUint16(at + 10, true);
    const isEncrypted = view.getUint16(at + 8, true) & 1;
    if (isEncrypted || (method !== 0 && method !== 8)) {
      throw new ZipProblem("压缩包里的“" + path + "”" + (isEncrypted ? "加了密" : "用了少见的压缩方式") + "，请解开后直接选择文件夹。");
    }
    const local = view.getUint32(at + 42, true), packed = view.getUint32(at + 20, true);
    const begin = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    const source = bytes.subarray(begin, begin + packed);
    if (source.length !== packed || (method === 0 && packed !== size)) { throw new ZipProblem(BROKEN); }
    const content = method === 0 ? source.slice() : inflate(source, size);
    if (crc32(content) !== view.getUint32(at + 16, true)) { throw new ZipProblem(BROKEN); }
    return content;
  }

  root.ssj1Zip = { unzip, ZipProblem };
})(typeof self === "undefined" ? globalThis : self);
