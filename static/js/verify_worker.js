/* The worker behind 在浏览器中核验: takes files or a zip, checks each folder in it, tells how far it is.
   In the offline page this text stands in one script with ssj1.js and the page's own; only a worker runs it. */
(function () {
  "use strict";
  if (typeof document !== "undefined") { return; }
  if (!self.ssj1) { self.importScripts("ssj1.js", "ssj1_zip.js"); }

  let checked = []; // facts of the folders of the last check, for questions about one id

  self.onmessage = function (event) {
    const asked = event.data;
    if ("locate" in asked) { self.postMessage({ number: asked.number, folder: asked.folder, located: locate(asked) }); return; }
    checked = [];
    try {
      const entries = asked.zip ? self.ssj1Zip.unzip(new Uint8Array(asked.zip)) : asked.files.map((file) => ({ path: file.path, bytes: new Uint8Array(file.bytes) }));
      const found = folders(entries);
      found.forEach(function ([name, files]) {
        const began = Date.now();
        const outcome = self.ssj1.check(files, (done, total) => self.postMessage({ number: asked.number, done, total }));
        checked.push(outcome.facts);
        self.postMessage({ number: asked.number, verdict: verdict(name, files, outcome, Date.now() - began) });
      });
      if (!found.length) { throw new self.ssj1Zip.ZipProblem("里面没有文件。请选择一次抽取的文件夹，或它的 zip。"); }
      self.postMessage({ number: asked.number, finished: true });
    } catch (problem) {
      const isOurs = problem instanceof self.ssj1Zip.ZipProblem;
      self.postMessage({ number: asked.number, problem: isOurs ? problem.message : "没有核验：程序遇到意外情况 " + problem.name + "。请改用 verify.py。" });
    }
  };

  /* [[folder, Map of name to bytes]]: a draw's folder is the highest one that holds files, and whatever lies deeper is
     a name that does not belong there. A file that stands twice is refused by its second, unknown name. */
  function folders(entries) {
    const folderOf = (path) => path.slice(0, path.lastIndexOf("/") + 1);
    const holding = new Set(entries.map((entry) => folderOf(entry.path)));
    const roots = new Map();
    entries.forEach(function (entry) {
      const steps = entry.path.split("/");
      let root = "";
      for (let i = 0; !holding.has(root); i++) { root += steps[i] + "/"; }
      if (!roots.has(root)) { roots.set(root, new Map()); }
      let name = entry.path.slice(root.length);
      while (roots.get(root).has(name)) { name += "（重复）"; }
      roots.get(root).set(name, entry.bytes);
    });
    return Array.from(roots).sort((a, b) => self.ssj1.compare(a[0], b[0]));
  }

  function verdict(name, files, outcome, took) {
    const facts = outcome.facts || {};
    const sizes = Array.from(files).filter(([file]) => self.ssj1.isKnown(file)).map(([file, bytes]) => [file, bytes.length, self.ssj1.sha256(bytes)]);
    return {
      folder: name.replace(/\/$/, ""), code: outcome.code, line: outcome.line, account: outcome.account, took, sizes,
      a: facts.a || "", kind: facts.kind || "", seed: facts.seed || "", seedText: facts.seedText || "",
    };
  }

  function locate(asked) {
    const facts = checked[asked.folder];
    return facts && facts.draw && facts.seed ? facts.draw.locate(facts.seed, asked.locate) : null;
  }
})();
