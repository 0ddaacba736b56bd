/* 在浏览器中核验: on a draw's page it fetches the public files, on the drop page it takes a folder or a zip; a worker
   does the rest and this page says what the worker found. Nothing is sent anywhere. Every text is set as text. */
(function () {
  "use strict";
  if (typeof document === "undefined") { return; }
  const script = document.currentScript;
  const ownText = script && !script.src ? script.textContent : ""; // the offline page: worker and page are one script

  const WORDS = {
    verified: ["核验通过", "与公布的逐字节一致"],
    sealed: ["尚未揭示", "已经公开的部分一致"],
    void: ["已作废", "已经公开的部分一致"],
    refused: ["没有通过", "第一处不对的地方"],
  };

  Array.from(document.querySelectorAll("[data-verify]")).forEach(start);

  function start(box) {
    const output = box.querySelector("[data-verify-output]");
    const bar = box.querySelector("progress");
    const line = box.querySelector("[data-verify-progress]");
    const button = box.querySelector("[data-verify-fetch]");
    let worker = null, number = 0, began = 0, place = 0;
    Array.from(box.querySelectorAll("[data-verify-enhanced]")).forEach((part) => { part.hidden = false; });

    function begin(words) {
      number++;
      place = 0;
      began = performance.now();
      output.textContent = "";
      delete box.dataset.finished;
      say(words);
      if (button) { button.disabled = true; }
    }

    function say(words, done, total) {
      bar.parentNode.hidden = false;
      if (total) { bar.max = total; bar.value = done; } else { bar.removeAttribute("value"); }
      line.textContent = words;
    }

    function end(words) {
      bar.parentNode.hidden = true;
      if (button) { button.disabled = false; }
      if (words) { output.append(note(words)); }
      box.dataset.finished = String(Math.round(performance.now() - began));
    }

    function ask(message, transfer) {
      try {
        worker = worker || newWorker();
      } catch (refused) {
        end("这个浏览器不能在后台运行核验程序。请换用较新的浏览器，或改用 verify.py。");
        return;
      }
      message.number = number;
      worker.postMessage(message, transfer || []);
    }

    function newWorker() {
      const made = new Worker(ownText ? URL.createObjectURL(new Blob([ownText], { type: "text/javascript" })) : box.dataset.worker);
      made.onerror = function () { worker = null; end("核验程序没有运行起来。请刷新后再试，或改用 verify.py。"); };
      made.onmessage = function (event) {
        const told = event.data;
        if (told.number !== number) { return; } // of a check that another one has replaced
        if (told.total) { say("正在重新计算：" + told.done + "／" + told.total, told.done, told.total); }
        if (told.verdict) { output.append(verdictBox(told.verdict, place++)); }
        if ("located" in told) { showLocated(told); }
        if (told.problem || told.finished) { end(told.problem); }
      };
      return made;
    }

    /* The files that the page itself lists: whatever the server shows is what is checked. */
    async function fetchFiles() {
      begin("正在取公开文件");
      const mine = number;
      try {
        const files = [];
        for (const link of document.querySelectorAll("a[data-draw-file]")) {
          const answer = await fetch(link.href, { cache: "no-store" });
          if (!answer.ok) { throw new Error(String(answer.status)); }
          files.push({ path: link.dataset.drawFile, bytes: await answer.arrayBuffer() });
        }
        if (mine === number) { ask({ files }, files.map((file) => file.bytes)); }
      } catch (problem) {
        end("没有取到公开文件，请检查网络后再试；已经下载了文件的，可以到“离线核验”页面核验。");
      }
    }

    async function takeFiles(list) {
      begin("正在读取文件");
      const mine = number;
      try {
        if (list.length === 1 && /\.zip$/i.test(list[0].path)) {
          const zip = await list[0].file.arrayBuffer();
          if (mine === number) { ask({ zip }, [zip]); }
          return;
        }
        const files = [];
        for (const one of list) { files.push({ path: one.path, bytes: await one.file.arrayBuffer() }); }
        if (mine === number) { ask({ files }, files.map((file) => file.bytes)); }
      } catch (problem) {
        end("有文件读不出来，请确认它没有被别的程序占用，再选一次。");
      }
    }

    if (button) { button.addEventListener("click", fetchFiles); }
    Array.from(box.querySelectorAll("input[type=file]")).forEach(function (input) {
      input.addEventListener("change", function () {
        const list = Array.from(input.files, (file) => ({ path: file.webkitRelativePath || file.name, file }));
        if (list.length) { takeFiles(list); }
        input.value = ""; // the same choice again is a change again
      });
    });
    const zone = box.querySelector("[data-verify-drop]");
    if (zone) { takeDrops(zone, takeFiles); }

    // ------------------------------------------------------------ one verdict

    function verdictBox(verdict, folder) {
      const state = verdict.code === 0 ? "verified" : verdict.code === 1 ? "refused" : verdict.line.split(" ")[0].toLowerCase();
      const part = made("section", "verify-found");
      part.dataset.state = state;
      if (verdict.folder) { part.append(made("h2", "h5", verdict.folder)); }
      const head = made("div", "verdict" + (state === "refused" ? " verdict-bad" : state === "verified" ? "" : " verdict-wait"));
      const word = made("div", "verdict-word", WORDS[state][0]);
      word.append(made("small", "", WORDS[state][1]));
      const said = made("div");
      said.append(made("p", "verify-line", verdict.line));
      said.append(made("p", "small dim", "重新计算用时 " + (verdict.took / 1000).toFixed(2) + " 秒，全部在这个浏览器里，没有发送任何内容。"));
      head.append(word, said);
      part.append(head);
      if (verdict.a) { part.append(compareBox(verdict.a, folder)); }
      if (verdict.account.length) { part.append(list(verdict.account)); }
      if (verdict.seedText) { part.append(seedBox(verdict)); }
      if (verdict.seed) { part.append(locateBox(folder)); }
      part.append(digests(verdict.sizes));
      return part;
    }

    /* The files cannot prove that they are those of that day: the paper in somebody's hands can. */
    function compareBox(a, folder) {
      const form = made("form", "verify-compare mt-3");
      const shown = made("p", "", "公告指纹 A：");
      shown.append(made("span", "digest", a.replace(/(.{4})(?=.)/g, "$1 ")));
      const field = made("input", "form-control");
      field.id = "verify-a-" + folder;
      field.autocomplete = "off";
      const label = made("label", "form-label", "手里有锁定单，或摇号之前记下了指纹？把它填在这里对照（前 16 位也可以）");
      label.htmlFor = field.id;
      const answer = made("p", "mt-2");
      answer.setAttribute("role", "status");
      const row = made("div", "verify-row");
      row.append(field, made("button", "btn btn-plain", "对照"));
      form.append(shown, label, row, answer);
      form.addEventListener("submit", function (event) {
        event.preventDefault();
        const given = field.value.replace(/\s/g, "").toLowerCase();
        const isShort = !/^[0-9a-f]{16,64}$/.test(given);
        answer.className = "mt-2 st " + (isShort ? "st-wait" : a.startsWith(given) ? "st-done" : "st-bad");
        answer.textContent = isShort ? "请填 16 到 64 位，只有数字和字母 a–f。" : a.startsWith(given) ?
          "一致：填入的 " + given.length + " 位与这些文件的指纹相同。" : "不一致：这些文件不是您手里的指纹所指的那一份公告。";
      });
      return form;
    }

    function seedBox(verdict) {
      const [, , a, nonce, digits, beacon] = verdict.seedText.split("|");
      const part = made("details", "mt-3");
      part.append(made("summary", "", "种子是怎么来的"));
      const rows = made("dl", "kv mt-2");
      [["公告指纹 A", a], ["系统事先封存的随机数", nonce], ["监督人的数字", digits], ["公共随机数", beacon === "-" ? "没有使用" : beacon]]
        .forEach(([term, value]) => rows.append(made("dt", "", term), made("dd", "digest", value)));
      part.append(rows, made("p", "mt-2", "把下面这一行（没有换行）交给任何 SHA-256 工具，得到的就是种子："), made("pre", "cmd", verdict.seedText));
      const seed = made("p", "", "种子：");
      seed.append(made("span", "digest", verdict.seed));
      part.append(seed);
      return part;
    }

    function locateBox(folder) {
      const form = made("form", "verify-locate mt-3");
      const label = made("label", "form-label", "查名单里的一个编号（统一社会信用代码、公开编号或检查编号）");
      const field = made("input", "form-control");
      field.id = "verify-id-" + folder;
      field.autocomplete = "off";
      label.htmlFor = field.id;
      const answer = made("div", "mt-2");
      answer.dataset.locatedFolder = String(folder);
      answer.setAttribute("role", "status");
      const row = made("div", "verify-row");
      row.append(field, made("button", "btn btn-plain", "查次序"));
      form.append(label, row, answer);
      form.addEventListener("submit", function (event) {
        event.preventDefault();
        answer.textContent = "";
        if (field.value.trim()) { ask({ locate: field.value.trim(), folder }); }
      });
      return form;
    }

    function showLocated(told) {
      const answer = output.querySelector("[data-located-folder='" + told.folder + "']");
      const found = told.located;
      answer.textContent = "";
      if (!found) { answer.append(note("这次抽取的两份名单里都没有这个编号。")); return; }
      if (found.excluded) { answer.append(note(found.id + " 在排除名单里，原因：" + found.excluded + "。")); return; }
      const where = { selected: "抽中", reserve: "递补", none: "没有抽中" }[found.state];
      if (where) {
        answer.append(made("p", "", "“" + found.label + "”层，第 " + found.rank + " 名（共 " + found.of + " 名，抽前 " + found.k + " 名）：" + where + "。"));
      }
      answer.append(made("pre", "cmd", found.text));
      const ticket = made("p", "", "它的 SHA-256 就是抽签号：");
      ticket.append(made("span", "digest", found.ticket));
      answer.append(ticket);
    }
  }

  function takeDrops(zone, take) {
    ["dragenter", "dragover"].forEach((name) => zone.addEventListener(name, function (event) {
      event.preventDefault();
      zone.classList.add("is-over");
    }));
    zone.addEventListener("dragleave", () => zone.classList.remove("is-over"));
    zone.addEventListener("drop", async function (event) {
      event.preventDefault();
      zone.classList.remove("is-over");
      const items = Array.from(event.dataTransfer.items, (item) => item.webkitGetAsEntry && item.webkitGetAsEntry()).filter(Boolean);
      const loose = Array.from(event.dataTransfer.files, (file) => ({ path: file.name, file }));
      const found = [];
      try {
        for (const item of items) { await walk(item, "", found); }
      } catch (problem) {
        found.length = 0; // a folder that cannot be read: what the browser gave as plain files
      }
      const list = found.length ? found : loose;
      if (list.length) { take(list); }
    });
  }

  async function walk(item, folder, found) {
    if (item.isFile) {
      found.push({ path: folder + item.name, file: await new Promise((give, fail) => item.file(give, fail)) });
      return;
    }
    const reader = item.createReader();
    for (;;) { // a reader gives at most a hundred at a time
      const some = await new Promise((give, fail) => reader.readEntries(give, fail));
      if (!some.length) { return; }
      for (const one of some) { await walk(one, folder + item.name + "/", found); }
    }
  }

  function made(tag, css, text) {
    const element = document.createElement(tag);
    if (css) { element.className = css; }
    if (text) { element.textContent = text; }
    return element;
  }

  function note(words) {
    const box = made("div", "note note-bad", words);
    box.setAttribute("role", "alert");
    return box;
  }

  function list(sentences) {
    const items = made("ul", "verify-account");
    sentences.forEach((sentence) => items.append(made("li", "", sentence)));
    return items;
  }

  function digests(sizes) {
    const part = made("details", "mt-3");
    part.append(made("summary", "", "核验了哪些文件（" + sizes.length + " 个）"));
    const rows = made("dl", "kv mt-2");
    sizes.forEach(([name, size, digest]) => rows.append(made("dt", "mono", name), made("dd", "digest", size + " 字节　" + digest)));
    part.append(rows);
    return part;
  }
})();
