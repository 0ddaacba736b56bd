/* Verifier of a draw (protocol ssj1): checks every byte of the public files and computes the result again. Runs in a
   browser page or a worker, without a network; `verify.py` does the same and says the same last line. It shares no code
   with the portal that drew. SHA-256 is written out: WebCrypto answers one call at a time, which is far too slow for a
   hundred thousand tickets, and is missing on plain http. */
(function (root) {
  "use strict";

  const LISTS = {
    entities: ["candidates", "excluded"],
    teams: ["visits", "inspectors", "conflicts"],
  };
  const PROTOCOL_FILES = ["announcement.txt", "witness.txt", "record.txt", "reveal.txt", "void.txt"];
  const KNOWN_FILES = new Set(
    PROTOCOL_FILES.concat(["result.tsv"], [].concat(LISTS.entities, LISTS.teams).map((name) => name + ".tsv"))
  );
  const LARGEST_FILE = 1 << 28;

  const ID = /^[0-9A-Za-z][0-9A-Za-z._-]{0,95}$/;
  const CODE = /^[0-9A-Za-z][0-9A-Za-z._-]{0,63}$/;
  const HEX = /^[0-9a-f]{64}$/;
  const INTEGER = /^(?:0|[1-9][0-9]{0,8})$/;
  const DIGITS = /^[0-9]+$/;
  const REASON = /^[a-z_]{1,32}$/;
  const ROLE = /^[LME]$/;
  const DATE = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/;
  const TIME = /^([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})\+08:00$/;
  const KL8_ROUND = /^[0-9]{7}$/;
  const KL8_BALL = /^(?:0[1-9]|[1-7][0-9]|80)$/;
  const REPERTOIRE =
    "\\t\\n\\u0020-\\u007b\\u007d\\u007e\\u00b7\\u2010-\\u2027\\u2030-\\u205e\\u3001-\\u3029\\u3030-\\u303f" +
    "\\u3400-\\u4dbf\\u4e00-\\u9fff\\uff01-\\uff60\\u{20000}-\\u{2f7ff}\\u{30000}-\\u{323af}";
  const OUTSIDE = new RegExp("[^" + REPERTOIRE + "]", "u");
  const DRAND_GENESIS = Date.UTC(2023, 7, 23, 15, 9, 27);
  const DRAND_PERIOD = 3000;
  const CHINA = 8 * 3600 * 1000;

  /* One Chinese sentence: which file, which line, what is wrong. */
  class Refused extends Error {}

  // ---------------------------------------------------------------- SHA-256 (FIPS 180-4)

  const ROUNDS = new Int32Array(64);
  const START = new Int32Array(8);
  (function () {
    // The first 32 bits of the fractional parts of cube and square roots of the first primes (4.2.2, 5.3.3).
    const fraction = (x) => ((x - Math.floor(x)) * 4294967296) | 0;
    let found = 0;
    for (let n = 2; found < 64; n++) {
      let isPrime = true;
      for (let d = 2; d * d <= n && isPrime; d++) { isPrime = n % d !== 0; }
      if (!isPrime) { continue; }
      if (found < 8) { START[found] = fraction(Math.sqrt(n)); }
      ROUNDS[found++] = fraction(Math.cbrt(n));
    }
  })();
  const W = new Int32Array(64);

  /* The 64 bytes at `at` go into `state`. */
  function compress(state, bytes, at) {
    for (let t = 0; t < 16; t++, at += 4) {
      W[t] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
    }
    for (let t = 16; t < 64; t++) {
      const x = W[t - 15], y = W[t - 2];
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      W[t] = (W[t - 16] + s0 + W[t - 7] + s1) | 0;
    }
    let a = state[0], b = state[1], c = state[2], d = state[3];
    let e = state[4], f = state[5], g = state[6], h = state[7];
    for (let t = 0; t < 64; t++) {
      const e1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const one = (h + e1 + ((e & f) ^ (~e & g)) + ROUNDS[t] + W[t]) | 0;
      const e0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const two = (e0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g; g = f; f = e; e = (d + one) | 0;
      d = c; c = b; b = a; a = (one + two) | 0;
    }
    state[0] += a; state[1] += b; state[2] += c; state[3] += d;
    state[4] += e; state[5] += f; state[6] += g; state[7] += h;
  }

  /* Padding and last blocks: `last` holds `size` bytes not hashed yet (with room for 72 more), `total` counts all. */
  function finish(state, last, size, total) {
    const end = size % 64 < 56 ? size - (size % 64) + 64 : size - (size % 64) + 128;
    last[size] = 128;
    last.fill(0, size + 1, end - 8);
    const high = Math.floor(total / 536870912), low = (total << 3) >>> 0;
    for (let i = 0; i < 4; i++) {
      last[end - 8 + i] = high >>> (24 - 8 * i);
      last[end - 4 + i] = low >>> (24 - 8 * i);
    }
    for (let at = 0; at < end; at += 64) { compress(state, last, at); }
  }

  const BYTE_HEX = Array.from({ length: 256 }, (_, n) => (n < 16 ? "0" : "") + n.toString(16));

  function hex(state) {
    let text = "";
    for (let i = 0; i < 8; i++) {
      const word = state[i];
      text += BYTE_HEX[word >>> 24] + BYTE_HEX[(word >>> 16) & 255] + BYTE_HEX[(word >>> 8) & 255] + BYTE_HEX[word & 255];
    }
    return text;
  }

  /* Lower-case hex of the SHA-256 of a Uint8Array. */
  function sha256(bytes) {
    const state = START.slice();
    const whole = bytes.length - (bytes.length % 64);
    for (let at = 0; at < whole; at += 64) { compress(state, bytes, at); }
    const last = new Uint8Array(128);
    last.set(bytes.subarray(whole));
    finish(state, last, bytes.length - whole, bytes.length);
    return hex(state);
  }

  const encoder = new TextEncoder();

  /* h(f1,…,fn) of DRAW §1. */
  function h() {
    return sha256(encoder.encode("ssj1|" + Array.prototype.join.call(arguments, "|")));
  }

  /* id => h(fields…, id): what stands before the id is hashed once, the way `printf | sha256sum` does it each time. */
  function ticketsFor() {
    const prefix = encoder.encode("ssj1|" + Array.prototype.join.call(arguments, "|") + "|");
    const begun = START.slice();
    const whole = prefix.length - (prefix.length % 64);
    for (let at = 0; at < whole; at += 64) { compress(begun, prefix, at); }
    const rest = prefix.subarray(whole);
    const last = new Uint8Array(512);
    const state = new Int32Array(8);
    return function (id) { // an id: ASCII, at most 96 characters
      last.set(rest);
      for (let i = 0; i < id.length; i++) { last[rest.length + i] = id.charCodeAt(i); }
      state.set(begun);
      finish(state, last, rest.length + id.length, prefix.length + id.length);
      return hex(state);
    };
  }

  // ---------------------------------------------------------------- text (DRAW §1)

  /* Order of code points = byte order of UTF-8. JavaScript's own order is by UTF-16 units and puts 𠮷 before （. */
  function compare(a, b) {
    const shorter = Math.min(a.length, b.length);
    for (let i = 0; i < shorter; i++) {
      let x = a.charCodeAt(i), y = b.charCodeAt(i);
      if (x === y) { continue; }
      if (x >= 0xd800 && y >= 0xd800) {
        x = x >= 0xe000 ? x - 0x2000 : x + 0x2000;
        y = y >= 0xe000 ? y - 0x2000 : y + 0x2000;
      }
      return x - y;
    }
    return a.length - b.length;
  }

  function isAscending(items) {
    return items.every((item, i) => i === 0 || compare(items[i - 1], item) < 0);
  }

  /* Where the first sequence that is not UTF-8 begins; -1 if all are. */
  function firstBadByte(bytes) {
    let at = 0;
    while (at < bytes.length) {
      const lead = bytes[at];
      if (lead < 0x80) { at++; continue; }
      const more = lead < 0xc2 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : lead < 0xf5 ? 3 : 0;
      const least = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
      const most = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
      if (more === 0 || !(bytes[at + 1] >= least && bytes[at + 1] <= most)) { return at; }
      for (let i = 2; i <= more; i++) {
        if ((bytes[at + i] & 0xc0) !== 0x80) { return at; }
      }
      at += more + 1;
    }
    return -1;
  }

  function lineAt(bytes, place) {
    let line = 1;
    for (let i = 0; i < place; i++) { line += bytes[i] === 10 ? 1 : 0; }
    return line;
  }

  /* The rows of a file as fields. */
  function split(name, bytes) {
    if (bytes.length === 0) { return []; }
    const bad = firstBadByte(bytes);
    if (bad >= 0) { throw new Refused(name + " 第 " + lineAt(bytes, bad) + " 行：不是 UTF-8 编码。"); }
    const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes); // a BOM is a character, and refused
    const outside = OUTSIDE.exec(text);
    if (outside) {
      const line = text.slice(0, outside.index).split("\n").length;
      throw new Refused(name + " 第 " + line + " 行：含有不允许的字符 " + codePoint(outside[0]) + "。");
    }
    if (!text.endsWith("\n")) {
      throw new Refused(name + " 第 " + lineAt(bytes, bytes.length) + " 行：行末缺少换行符（LF）。");
    }
    const rows = text.slice(0, -1).split("\n").map((line) => line.split("\t"));
    rows.forEach(function (row, i) {
      if (row.some((field) => field === "" || field[0] === " " || field[field.length - 1] === " ")) {
        throw new Refused(name + " 第 " + (i + 1) + " 行：有空字段，或字段首尾有空格。");
      }
    });
    return rows;
  }

  function codePoint(character) {
    return "U+" + character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
  }

  /* Foreign text in a sentence of ours: one line, short, nothing invisible. */
  function shown(text) {
    const characters = Array.from(text);
    const cut = characters.length <= 60 ? text : characters.slice(0, 60).join("") + "…";
    return cut.replace(/[\t\n]/g, " ").replace(new RegExp(OUTSIDE, "gu"), (c) => "<" + codePoint(c) + ">");
  }

  /* The rows of one file; keyed files are taken row after row in their fixed order. */
  class Lines {
    constructor(name, bytes) {
      this.name = name;
      this.number = 0;
      this.rows = split(name, bytes);
    }

    wrong(problem) {
      return new Refused(this.name + " 第 " + this.number + " 行：" + problem + "。");
    }

    nextKey() {
      return this.number < this.rows.length ? this.rows[this.number][0] : "";
    }

    take(key, ...sizes) {
      this.number++;
      if (this.number > this.rows.length) { throw this.wrong("缺少“" + key + "”这一项"); }
      const row = this.rows[this.number - 1];
      if (row[0] !== key) { throw this.wrong("此处应为“" + key + "”，实为“" + shown(row[0]) + "”"); }
      if (!sizes.includes(row.length - 1)) {
        throw this.wrong("“" + key + "”的字段个数不对，有 " + (row.length - 1) + " 个");
      }
      return row.slice(1);
    }

    each(work) {
      this.rows.forEach((row, i) => {
        this.number = i + 1;
        work(row);
      });
    }

    end() {
      if (this.number < this.rows.length) {
        this.number++;
        throw this.wrong("多出一行“" + shown(this.rows[this.number - 1][0]) + "”");
      }
    }

    match(shape, value, what) {
      if (!shape.test(value)) { throw this.wrong(what + "“" + shown(value) + "”写法不合规定"); }
      return value;
    }

    integer(value, what, least) {
      const number = Number(this.match(INTEGER, value, what));
      if (number < (least || 0)) { throw this.wrong(what + "不能小于 " + least + "，实为 " + number); }
      return number;
    }

    day(value, what) {
      const parts = DATE.exec(value);
      if (!parts || !isDay(parts)) { throw this.wrong(what + "“" + shown(value) + "”不是有效日期"); }
      return value;
    }

    time(value, what) {
      const parts = TIME.exec(value);
      if (!parts || !isDay(parts) || parts[4] > "23" || parts[5] > "59" || parts[6] > "59") {
        throw this.wrong(what + "“" + shown(value) + "”不是有效时刻（须写到秒并带 +08:00）");
      }
      return value;
    }

    commaList(value, what) {
      const items = value === "-" ? [] : value.split(",");
      if (items.some((item) => item === "" || item === "-")) { throw this.wrong(what + "中有空的一项或“-”"); }
      if (!isAscending(items)) { throw this.wrong(what + "没有按升序排列或有重复"); }
      return items;
    }
  }

  function isDay(parts) {
    const year = Number(parts[1]), month = Number(parts[2]), day = Number(parts[3]);
    const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
    const days = [0, 31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= days[month];
  }

  // ---------------------------------------------------------------- the whole folder

  /* files: Map of name to Uint8Array. Gives {code, line, account, facts}: the exit code and last line of verify.py, the
     sentences before it, and what a page may show. `progress(done, total)` is called now and then. */
  function check(files, progress) {
    try {
      return checkFolder(files, progress || function () {});
    } catch (problem) {
      const said = problem instanceof Refused ? problem.message : "核验没有完成：程序遇到意外情况 " + problem.name + "。";
      return { code: 1, line: said, account: [], facts: null };
    }
  }

  function checkFolder(files, progress) {
    Array.from(files.keys()).sort(compare).forEach(function (name) {
      if (!KNOWN_FILES.has(name)) { throw new Refused("文件夹中有不认识的文件“" + shown(name) + "”。"); }
      if (files.get(name).length > LARGEST_FILE) { throw new Refused(name + " 过大，浏览器无法核验，请改用 verify.py。"); }
    });
    if (!files.has("announcement.txt")) { throw new Refused("缺少 announcement.txt。"); }
    const announcement = readAnnouncement(files.get("announcement.txt"));
    checkNames(files, announcement);
    const commits = readWitness(files, announcement);
    const voidReason = readVoid(files, announcement);
    const record = readRecord(files, announcement, commits);
    const account = ["公告摘要 A：" + announcement.digest + "（请与见证人手中的锁定单核对）"];
    const facts = { a: announcement.digest, kind: announcement.kind, source: announcement.source, draw: null, seed: "" };
    if (announcement.source !== "none" && record !== null && record.beacon !== "-") {
      account.push("信标：" + announcement.source + " 第 " + announcement.round + " 期，取值 " + record.beacon +
        "（本程序不联网，请到发布机构的网站核对）");
    }
    if (files.has("reveal.txt")) { account.push(...checkRevealed(files, announcement, record, facts, progress)); }
    if (files.has("void.txt")) { return { code: 3, line: "VOID " + voidReason, account: account, facts: facts }; }
    if (!files.has("reveal.txt")) {
      account.push("名单和结果尚未揭示；以上只检查了已经公开的文件。");
      return { code: 3, line: "SEALED until " + announcement.until, account: account, facts: facts };
    }
    return { code: 0, line: "VERIFIED", account: account, facts: facts };
  }

  function checkNames(files, announcement) {
    const lists = LISTS[announcement.kind].map((name) => name + ".tsv").sort(compare);
    Array.from(files.keys()).sort(compare).forEach(function (name) {
      if (!lists.includes(name) && !PROTOCOL_FILES.includes(name) && name !== "result.tsv") {
        throw new Refused("文件夹中有不属于这类抽取的文件“" + shown(name) + "”。");
      }
    });
    const isRevealed = files.has("reveal.txt");
    lists.forEach((name) => mustMatch(files, name, isRevealed, "reveal.txt"));
    if (isRevealed && !files.has("void.txt")) { mustMatch(files, "record.txt", true, "reveal.txt"); }
    if (!announcement.needsWitnessFile) {
      if (files.has("witness.txt")) {
        throw new Refused("witness.txt 不应存在：按公告，这次抽取不需要见证承诺文件。");
      }
    } else if (files.has("record.txt")) {
      mustMatch(files, "witness.txt", true, "record.txt");
    }
    if (files.has("result.tsv") && !(isRevealed && files.has("record.txt"))) {
      throw new Refused("result.tsv 不应存在：没有 reveal.txt 和 record.txt 时，结果不公开。");
    }
  }

  function mustMatch(files, name, isDue, because) {
    if (isDue && !files.has(name)) { throw new Refused("缺少 " + name + "：已有 " + because + "，它必须一并公开。"); }
    if (!isDue && files.has(name)) { throw new Refused(name + " 不应存在：还没有 " + because + "。"); }
  }

  // ---------------------------------------------------------------- the keyed files (DRAW §3)

  function readAnnouncement(bytes) {
    const lines = new Lines("announcement.txt", bytes);
    const kind = lines.take("ssj1-announcement", 1)[0];
    if (kind !== "entities" && kind !== "teams") { throw lines.wrong("不认识的抽取种类“" + shown(kind) + "”"); }
    const lockedAt = readHead(lines);
    if (kind === "entities") {
      readScope(lines);
      const matters = lines.commaList(lines.take("matters", 1)[0], "事项代码");
      (matters.length ? matters : [""]).forEach((matter) => lines.match(CODE, matter, "事项代码"));
    }
    const lists = new Map(LISTS[kind].map((name) => [name, readCount(lines, name)]));
    const strata = kind === "entities" ? readStrata(lines, lists.get("candidates").count) : [];
    const team = kind === "teams" ? lines.integer(lines.take("team", 1)[0], "每组人数", 2) : 0;
    const nonceCommitment = lines.match(HEX, lines.take("nonce_commitment", 1)[0], "随机数承诺");
    const [witnesses, digitsEach] = readWitnessNumbers(lines);
    const [source, round] = readBeacon(lines, lockedAt);
    if (witnesses === 0 && source === "none") { throw lines.wrong("没有见证人时必须有信标"); }
    const until = readRevealRule(lines, lockedAt);
    lines.end();
    return {
      digest: sha256(bytes), kind, lists, strata, team, nonceCommitment, witnesses, digitsEach, source, round, until,
      needsWitnessFile: witnesses >= 2 || (witnesses === 1 && source !== "none"),
    };
  }

  function readHead(lines) {
    lines.match(CODE, lines.take("authority", 1)[0], "机关代码");
    lines.match(CODE, lines.take("unit", 1)[0], "单位代码");
    if (lines.take("task", 1)[0] === "-") { throw lines.wrong("任务编号不能为“-”"); }
    const draw = lines.integer(lines.take("draw", 1)[0], "抽取次序", 1);
    lines.match(HEX, lines.take("previous", 1)[0], "前一公告摘要");
    const reason = lines.take("reason", 1)[0];
    if ((reason === "-") !== (draw === 1)) { throw lines.wrong("首次抽取的原因须为“-”，重抽或补抽必须写明原因"); }
    return lines.time(lines.take("locked_at", 1)[0], "锁定时刻");
  }

  function readScope(lines) {
    const scope = lines.take("scope", 1)[0];
    const names = (scope === "-" ? [] : scope.split(";")).map(function (part) {
      const [name, ...values] = part.split("=");
      if (!name || values.length !== 1 || name.includes(",") || values[0].split(",").includes("")) {
        throw lines.wrong("范围条件“" + shown(part) + "”写法不合规定");
      }
      return name;
    });
    if (!isAscending(names)) { throw lines.wrong("范围条件没有按字段名升序排列或有重复"); }
  }

  function readCount(lines, name) {
    const [count, digest] = lines.take(name, 2);
    return { count: lines.integer(count, "条数"), digest: lines.match(HEX, digest, "名单摘要") };
  }

  function readStrata(lines, candidates) {
    const strata = [];
    let total = 0;
    while (strata.length === 0 || lines.nextKey() === "stratum") {
      const [label, k, reserve] = lines.take("stratum", 3);
      if (label === "-") { throw lines.wrong("层名不能为“-”"); }
      if (strata.length && compare(strata[strata.length - 1].label, label) >= 0) {
        throw lines.wrong("各层没有按层名升序排列或有重复");
      }
      strata.push({ label, k: lines.integer(k, "抽取数"), reserve: lines.integer(reserve, "备选数") });
      total += strata[strata.length - 1].k;
      if (total > candidates) { throw lines.wrong("抽取数之和超过了候选名单的条数"); }
    }
    return strata;
  }

  function readWitnessNumbers(lines) {
    const [witnesses, digitsEach] = lines.take("witness", 2);
    const count = lines.integer(witnesses, "见证人数");
    const each = lines.integer(digitsEach, "每人数字位数");
    const least = count === 0 ? 0 : count === 1 ? 12 : 8;
    if (each < least || (count === 0 && each !== 0)) {
      throw lines.wrong(count + " 名见证人每人 " + each + " 位数字，不合规定（至少 " + least + " 位）");
    }
    return [count, each];
  }

  function readBeacon(lines, lockedAt) {
    const [source, ...rest] = lines.take("beacon", 1, 3);
    if (source === "none" && rest.length === 0) { return [source, "-"]; }
    if ((source !== "cwl-kl8" && source !== "drand-quicknet") || rest.length === 0) {
      throw lines.wrong("不接受的信标“" + shown(source) + "”");
    }
    const notBefore = lines.time(rest[1], "信标时刻");
    if (lockedAt >= notBefore) { throw lines.wrong("锁定时刻必须早于信标时刻"); }
    if (source === "cwl-kl8") { return [source, lines.match(KL8_ROUND, rest[0], "期号")]; }
    const appears = DRAND_GENESIS + (lines.integer(rest[0], "轮次", 1) - 1) * DRAND_PERIOD;
    if (new Date(appears + CHINA).toISOString().slice(0, 19) + "+08:00" < notBefore) {
      throw lines.wrong("这一轮信标在所写的信标时刻之前就已公布");
    }
    return [source, rest[0]];
  }

  function readRevealRule(lines, lockedAt) {
    const [mode, ...rest] = lines.take("reveal", 1, 2);
    if (mode === "immediate" && rest.length === 0) { return mode; }
    if (mode !== "deferred" || rest.length === 0) {
      throw lines.wrong("揭示方式须为 immediate，或 deferred 加最迟日期");
    }
    const latest = lines.day(rest[0], "最迟日期");
    if (lockedAt.slice(0, 10) > latest) { throw lines.wrong("锁定日期晚于最迟揭示日期"); }
    return latest;
  }

  function openKeyed(files, name, announcement) {
    const lines = new Lines(name, files.get(name));
    if (lines.take("ssj1-" + name.slice(0, -4), 1)[0] !== announcement.digest) {
      throw lines.wrong("所写的公告摘要与 announcement.txt 不符");
    }
    return lines;
  }

  function readWitness(files, announcement) {
    if (!files.has("witness.txt")) { return []; }
    const lines = openKeyed(files, "witness.txt", announcement);
    const commits = new Set();
    while (commits.size < announcement.witnesses) {
      const commit = lines.match(HEX, lines.take("commit", 1)[0], "见证承诺");
      if (commits.has(commit)) { throw lines.wrong("两份见证承诺相同"); }
      commits.add(commit);
    }
    lines.end();
    return Array.from(commits);
  }

  function readVoid(files, announcement) {
    if (!files.has("void.txt")) { return ""; }
    const lines = openKeyed(files, "void.txt", announcement);
    const reason = lines.take("reason", 1)[0];
    lines.time(lines.take("at", 1)[0], "作废时刻");
    lines.end();
    return reason;
  }

  function readRecord(files, announcement, commits) {
    if (!files.has("record.txt")) { return null; }
    const lines = openKeyed(files, "record.txt", announcement);
    const [digits, isOpen] = readDigits(lines, announcement, commits);
    const beacon = readBeaconValue(lines, announcement);
    const witness = lines.take("witness", 1)[0];
    if (witness !== (commits.length ? sha256(files.get("witness.txt")) : "-")) {
      throw lines.wrong("witness.txt 的摘要不符");
    }
    const result = lines.take("result", 1)[0];
    if (isOpen && (beacon !== "-" || announcement.source === "none")) {
      lines.match(HEX, result, "结果摘要");
    } else if (result !== "-") {
      throw lines.wrong("数字或信标不全，结果须为“-”");
    } else if (!files.has("void.txt")) {
      throw lines.wrong("数字或信标不全的抽取必须作废，但没有 void.txt");
    }
    lines.end();
    if ((result !== "-" && files.has("reveal.txt")) !== files.has("result.tsv")) {
      throw new Refused("result.tsv 的有无与 record.txt 的“result”一项不符。");
    }
    return { digits, beacon, result };
  }

  /* The digits verbatim, and whether every witness opened. */
  function readDigits(lines, announcement, commits) {
    const digits = lines.take("digits", 1)[0];
    const given = splitGiven(digits, announcement.witnesses);
    if (given.length !== announcement.witnesses) {
      throw lines.wrong("应有 " + announcement.witnesses + " 名见证人的数字");
    }
    given.filter((number) => number !== "-").forEach(function (number) {
      lines.match(DIGITS, number, "见证数字");
      if (number.length !== announcement.digitsEach) {
        throw lines.wrong("见证数字须为每人 " + announcement.digitsEach + " 位");
      }
    });
    const salts = splitGiven(lines.take("salts", 1)[0], commits.length);
    if (salts.length !== commits.length) { throw lines.wrong("应有 " + commits.length + " 个盐值"); }
    commits.forEach(function (commit, i) {
      if ((given[i] === "-") !== (salts[i] === "-")) { throw lines.wrong("见证数字与盐值必须同时有或同时缺"); }
      if (salts[i] === "-") { return; }
      lines.match(HEX, salts[i], "盐值");
      if (h("witness", announcement.digest, salts[i], given[i]) !== commit) {
        throw lines.wrong("见证数字和盐值与 witness.txt 中的承诺不符");
      }
    });
    return [digits, !given.includes("-")];
  }

  function splitGiven(joined, count) {
    return count === 0 && joined === "-" ? [] : joined.split(",");
  }

  function readBeaconValue(lines, announcement) {
    const value = lines.take("beacon", 1)[0];
    if (value === "-") { return value; }
    if (announcement.source === "none") { throw lines.wrong("公告没有信标，此处须为“-”"); }
    if (announcement.source === "drand-quicknet") { return lines.match(HEX, value, "信标取值"); }
    const numbers = value.split(".");
    if (numbers.length !== 20 || !isAscending(numbers) || !numbers.every((number) => KL8_BALL.test(number))) {
      throw lines.wrong("快乐8取值须为 20 个 01–80 的不同号码，升序，以“.”相连");
    }
    return value;
  }

  // ---------------------------------------------------------------- the revealed draw

  function checkRevealed(files, announcement, record, facts, progress) {
    const lines = openKeyed(files, "reveal.txt", announcement);
    const nonce = lines.match(HEX, lines.take("nonce", 1)[0], "随机数");
    if (h("nonce", nonce) !== announcement.nonceCommitment) { throw lines.wrong("随机数与公告中的承诺不符"); }
    const listSalt = lines.match(HEX, lines.take("list_salt", 1)[0], "名单盐值");
    lines.end();
    const lists = new Map();
    announcement.lists.forEach((announced, name) => lists.set(name, readList(files, announced, name, listSalt)));
    const counts = Array.from(lists, ([name, rows]) => name + ".tsv " + rows.rows.length + " 条").join("，");
    const account = ["名单：" + counts + "，摘要与公告一致"];
    const draw = announcement.kind === "entities" ? new EntityDraw(announcement, lists) : new TeamDraw(announcement, lists);
    facts.draw = draw;
    if (record === null || record.result === "-") { return account; }
    if (sha256(files.get("result.tsv")) !== record.result) {
      throw new Refused("result.tsv 的摘要与 record.txt 不符。");
    }
    facts.seedText = ["ssj1", "seed", announcement.digest, nonce, record.digits, record.beacon].join("|");
    const seed = facts.seed = h("seed", announcement.digest, nonce, record.digits, record.beacon);
    const rows = ["ssj1-result\t" + announcement.digest, "seed\t" + seed].concat(draw.rows(seed, progress));
    compareResult(files.get("result.tsv"), rows);
    account.push("结果：种子 " + seed + "，重新计算 " + rows.length + " 行，逐字节一致");
    return account;
  }

  const WIDTH = { candidates: 2, excluded: 2, conflicts: 3, visits: 4, inspectors: 4 };

  function readList(files, announced, name, listSalt) {
    const bytes = files.get(name + ".tsv");
    if (h("list", name, listSalt, sha256(bytes)) !== announced.digest) {
      throw new Refused(name + ".tsv 的摘要与公告不符。");
    }
    const lines = new Lines(name + ".tsv", bytes);
    if (lines.rows.length !== announced.count) {
      throw new Refused(name + ".tsv 有 " + lines.rows.length + " 条，公告为 " + announced.count + " 条。");
    }
    const width = WIDTH[name], keyWidth = name === "conflicts" ? 2 : 1;
    const keys = new Set();
    let before = "";
    lines.each(function (row) {
      if (row.length !== width) { throw lines.wrong("应有 " + width + " 个字段，实有 " + row.length + " 个"); }
      const whole = row.join("\t");
      if (compare(before, whole) >= 0) { throw lines.wrong("没有按升序排列或有重复行"); }
      before = whole;
      const key = row.slice(0, keyWidth).join(" ");
      if (keys.has(key)) { throw lines.wrong("“" + shown(key) + "”重复出现"); }
      keys.add(key);
      lines.match(name === "inspectors" ? CODE : ID, row[0], "编号");
    });
    return lines;
  }

  function compareResult(bytes, rows) {
    const expected = encoder.encode(rows.join("\n") + "\n");
    let same = 0;
    while (same < bytes.length && bytes[same] === expected[same]) { same++; }
    if (same === bytes.length && same === expected.length) { return; }
    throw new Refused("result.tsv 第 " + lineAt(bytes, same) + " 行：与重新计算的结果不符。");
  }

  function byTicket(a, b) {
    return a.ticket < b.ticket ? -1 : a.ticket > b.ticket ? 1 : compare(a.id, b.id);
  }

  /* Draw of entities (DRAW §5), by a plain full sort. */
  class EntityDraw {
    constructor(announcement, lists) {
      this.strata = announcement.strata;
      this.members = new Map(this.strata.map((stratum) => [stratum.label, []]));
      const candidates = lists.get("candidates"), excluded = lists.get("excluded");
      this.drawable = new Map();
      candidates.each(([id, label]) => {
        if (!this.members.has(label)) { throw candidates.wrong("公告中没有“" + shown(label) + "”这一层"); }
        this.members.get(label).push(id);
        this.drawable.set(id, label);
      });
      this.excluded = new Map();
      excluded.each(([id, reason]) => {
        excluded.match(REASON, reason, "排除原因");
        if (this.drawable.has(id)) { throw excluded.wrong("“" + shown(id) + "”同时在 candidates.tsv 中"); }
        this.excluded.set(id, reason);
      });
      this.strata.forEach((stratum) => {
        const held = this.members.get(stratum.label).length;
        if (stratum.k > held) {
          throw new Refused("announcement.txt：“" + shown(stratum.label) + "”层只有 " + held + " 个，不能抽取 " + stratum.k + " 个。");
        }
      });
    }

    rows(seed, progress) {
      const rows = [];
      let done = 0;
      this.strata.forEach((stratum) => {
        const ticketOf = ticketsFor("entity", seed, stratum.label);
        const order = this.members.get(stratum.label).map((id) => {
          if (++done % 8192 === 0) { progress(done, this.drawable.size); }
          return { id, ticket: ticketOf(id) };
        });
        order.sort(byTicket);
        order.slice(0, stratum.k + stratum.reserve).forEach(function (one, i) {
          const state = i < stratum.k ? "selected" : "reserve";
          rows.push(["entity", stratum.label, i + 1, state, one.id, one.ticket].join("\t"));
        });
      });
      return rows;
    }

    /* Where one id stands: its ticket and its rank among all of its stratum; null if it is in neither list. */
    locate(seed, id) {
      if (this.excluded.has(id)) { return { id, excluded: this.excluded.get(id) }; }
      if (!this.drawable.has(id)) { return null; }
      const label = this.drawable.get(id);
      const stratum = this.strata.find((one) => one.label === label);
      const ticketOf = ticketsFor("entity", seed, label);
      const own = { id, ticket: ticketOf(id) };
      const members = this.members.get(label);
      const rank = 1 + members.filter((other) => byTicket({ id: other, ticket: ticketOf(other) }, own) < 0).length;
      const state = rank <= stratum.k ? "selected" : rank <= stratum.k + stratum.reserve ? "reserve" : "none";
      const text = ["ssj1", "entity", seed, label, id].join("|");
      return { id, text, ticket: own.ticket, label, rank, of: members.length, k: stratum.k, state };
    }
  }

  /* Matching of teams (DRAW §6). */
  class TeamDraw {
    constructor(announcement, lists) {
      this.size = announcement.team;
      const visits = lists.get("visits"), inspectors = lists.get("inspectors"), conflicts = lists.get("conflicts");
      this.visits = [];
      visits.each(([id, quals, fields, target]) => {
        visits.match(HEX, target, "对象承诺");
        this.visits.push({ id, quals: visits.commaList(quals, "资质"), fields: visits.commaList(fields, "专家领域") });
      });
      this.people = [];
      inspectors.each(([pid, role, capacity, quals]) => {
        inspectors.match(ROLE, role, "角色");
        const limit = inspectors.integer(capacity, "可承担次数");
        this.people.push({ pid, role, capacity: limit, quals: new Set(inspectors.commaList(quals, "资质")), load: 0 });
      });
      const visitIds = new Set(this.visits.map((visit) => visit.id));
      const pids = new Set(this.people.map((person) => person.pid));
      this.barred = new Set();
      conflicts.each(([visitId, pid, reason]) => {
        if (!visitIds.has(visitId)) { throw conflicts.wrong("visits.tsv 中没有“" + shown(visitId) + "”"); }
        if (!pids.has(pid)) { throw conflicts.wrong("inspectors.tsv 中没有“" + shown(pid) + "”"); }
        conflicts.match(REASON, reason, "回避原因");
        this.barred.add(visitId + "\t" + pid);
      });
    }

    rows(seed, progress) {
      const rows = [];
      const order = this.visits.map((visit) => ({
        visit, id: visit.id, ticket: h("visit", seed, visit.id),
        group: visit.quals.length || visit.fields.length ? 0 : 1,
      }));
      order.sort((a, b) => a.group - b.group || byTicket(a, b));
      this.people.forEach((person) => { person.load = 0; });
      order.forEach((place, done) => {
        if (done % 16 === 0) { progress(done, order.length); }
        const ticketOf = ticketsFor("inspector", seed, place.id);
        const eligible = this.people
          .filter((person) => person.load < person.capacity && !this.barred.has(place.id + "\t" + person.pid))
          .map((person) => ({ person, load: person.load, id: person.pid, ticket: ticketOf(person.pid) }));
        eligible.sort((a, b) => a.load - b.load || byTicket(a, b));
        const team = this.match(place.visit, eligible);
        rows.push(["visit", place.id, team.length ? "filled" : "unfilled", place.ticket].join("\t"));
        team.forEach(function ([duty, one]) {
          one.person.load++;
          rows.push(["team", place.id, duty, one.id, one.ticket].join("\t"));
        });
      });
      return rows;
    }

    /* Who goes, in the order chosen; empty where a step finds nobody. */
    match(visit, eligible) {
      const officers = eligible.filter((one) => one.person.role !== "E");
      const experts = eligible.filter((one) => one.person.role === "E");
      const chosen = officers.filter((one) => one.person.role === "L").slice(0, 1);
      if (!chosen.length || !cover(visit.quals, officers, chosen)) { return []; }
      const others = officers.filter((one) => !chosen.includes(one));
      chosen.push(...others.slice(0, Math.max(0, this.size - chosen.length)));
      const called = [];
      if (chosen.length < this.size || !cover(visit.fields, experts, called)) { return []; }
      return chosen.map((one, i) => [i ? "member" : "leader", one]).concat(called.map((one) => ["expert", one]));
    }

    locate(seed, id) {
      if (!this.visits.some((visit) => visit.id === id)) { return null; }
      return { id, text: ["ssj1", "visit", seed, id].join("|"), ticket: h("visit", seed, id) };
    }
  }

  /* Add to `chosen` the first holder of each label nobody chosen holds; false if nobody does. */
  function cover(wanted, people, chosen) {
    return wanted.every(function (label) {
      if (chosen.some((one) => one.person.quals.has(label))) { return true; }
      const holder = people.find((one) => one.person.quals.has(label) && !chosen.includes(one));
      if (holder) { chosen.push(holder); }
      return Boolean(holder);
    });
  }

  root.ssj1 = { check, sha256, h, ticketsFor, compare, shown, isKnown: (name) => KNOWN_FILES.has(name) };
})(typeof self === "undefined" ? globalThis : self);
