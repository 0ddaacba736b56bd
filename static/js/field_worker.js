/* The phone without a signal. Keeps the field pages and the forms that could not be sent, encrypted with a key that never
   leaves the browser; sends each form once when the signal returns. Served at the head of the field pages, its scope.
   Everything works without this file, with a signal. */
"use strict";

var SCOPE = new URL("./", self.location).pathname;
var ASSETS = "field-assets";
var PAGE_WAIT = 6000; // milliseconds until the kept page is shown instead
var SEND_WAIT = 60000;
var sending = null;

/* ---- the store: one database, every content encrypted ------------------------------------------ */

function opened() {
  return new Promise(function (resolve, reject) {
    var request = indexedDB.open("field", 1);
    request.onupgradeneeded = function () {
      var db = request.result;
      db.createObjectStore("state");
      db.createObjectStore("keys");
      db.createObjectStore("pages");
      db.createObjectStore("queue", { keyPath: "id" });
    };
    request.onsuccess = function () {
      resolve(request.result);
    };
    request.onerror = function () {
      reject(request.error);
    };
  });
}

function stored(name, mode, act) {
  return opened().then(function (db) {
    return new Promise(function (resolve, reject) {
      var transaction = db.transaction(name, mode);
      var request = act(transaction.objectStore(name));
      transaction.oncomplete = function () {
        db.close();
        resolve(request && request.result);
      };
      transaction.onabort = transaction.onerror = function () {
        db.close();
        reject(transaction.error);
      };
    });
  });
}

function read(name, key) {
  return stored(name, "readonly", function (store) {
    return store.get(key);
  });
}

function write(name, value, key) {
  return stored(name, "readwrite", function (store) {
    return key === undefined ? store.put(value) : store.put(value, key);
  });
}

function remove(name, key) {
  return stored(name, "readwrite", function (store) {
    return store.delete(key);
  });
}

function keyOf(user) {
  return read("keys", user).then(function (known) {
    if (known) {
      return known;
    }
    return crypto.subtle
      .generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"])
      .then(function (made) {
        return stored("keys", "readwrite", function (store) {
          return store.add(made, user);
        }).then(
          function () {
            return made;
          },
          function () {
            return read("keys", user); // another start of this worker was first
          }
        );
      });
  });
}

function seal(user, bytes) {
  return keyOf(user).then(function (key) {
    var iv = crypto.getRandomValues(new Uint8Array(12));
    return crypto.subtle.encrypt({ name: "AES-GCM", iv: iv }, key, bytes).then(function (data) {
      return { iv: iv, data: data };
    });
  });
}

function unseal(user, sealed) {
  return keyOf(user).then(function (key) {
    return crypto.subtle.decrypt({ name: "AES-GCM", iv: sealed.iv }, key, sealed.data);
  });
}

function sealText(user, text) {
  return seal(user, new TextEncoder().encode(text));
}

function unsealText(user, sealed) {
  return unseal(user, sealed).then(function (bytes) {
    return new TextDecoder().decode(bytes);
  });
}

/* ---- pages --------------------------------------------------------------------------------------- */

function currentUser() {
  return read("state", "user");
}

function keep(url, response) {
  var policy = response.headers.get("Content-Security-Policy") || "";
  return Promise.all([currentUser(), response.text()]).then(function (found) {
    var user = found[0];
    if (!user) {
      return null;
    }
    return sealText(user, found[1]).then(function (sealed) {
      return write("pages", { user: user, at: Date.now(), policy: policy, sealed: sealed }, url);
    });
  });
}

function html(text, policy, status) {
  var headers = { "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store" };
  if (policy) {
    headers["Content-Security-Policy"] = policy;
  }
  return new Response(text, { status: status || 200, headers: headers });
}

function kept(url) {
  return Promise.all([currentUser(), read("pages", url)]).then(function (found) {
    var user = found[0];
    var row = found[1];
    if (!row || row.user !== user) {
      return missing();
    }
    return unsealText(user, row.sealed).then(function (text) {
      return html(text.replace("<html ", '<html data-kept="' + row.at + '" '), row.policy);
    });
  });
}

function missing() {
  return html(
    '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">' +
      "<title>没有信号</title></head><body><h1>没有信号</h1><p>这一页没有存在手机上。有信号时打开一次“今天的检查”，当天检查的各页就会存好。</p>" +
      '<p><a href="' + SCOPE + '">今天的检查</a></p></body></html>',
    "default-src 'none'; style-src 'self'",
    503
  );
}

function timed(promise, wait) {
  return new Promise(function (resolve, reject) {
    var timer = setTimeout(function () {
      reject(new Error("slow"));
    }, wait);
    promise.then(
      function (value) {
        clearTimeout(timer);
        resolve(value);
      },
      function (error) {
        clearTimeout(timer);
        reject(error);
      }
    );
  });
}

function page(event) {
  var url = event.request.url.split("#")[0];
  return timed(fetch(event.request), PAGE_WAIT).then(
    function (response) {
      if (response.ok && response.type === "basic" && !response.redirected) {
        event.waitUntil(keep(url, response.clone()));
      }
      return response;
    },
    function () {
      return kept(url);
    }
  );
}

function asset(event) {
  return caches.open(ASSETS).then(function (cache) {
    return cache.match(event.request).then(function (found) {
      var fresh = fetch(event.request).then(function (response) {
        if (response.ok && response.type === "basic") {
          event.waitUntil(cache.put(event.request, response.clone()));
        }
        return response;
      });
      if (!found) {
        return fresh;
      }
      event.waitUntil(fresh.catch(function () {}));
      return found;
    });
  });
}

/* ---- forms ----------------------------------------------------------------------------------------- */

function uuid7() {
  var bytes = crypto.getRandomValues(new Uint8Array(16));
  var now = Date.now();
  for (var place = 5; place >= 0; place -= 1) {
    bytes[place] = now % 256;
    now = Math.floor(now / 256);
  }
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  var hex = Array.prototype.map
    .call(bytes, function (byte) {
      return (byte + 0x100).toString(16).slice(1);
    })
    .join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

function parts(form) {
  var fields = [];
  var files = [];
  form.forEach(function (value, name) {
    if (typeof value === "string") {
      fields.push([name, value]);
    } else if (value.size) {
      files.push({ name: name, file: value });
    }
  });
  return { fields: fields, files: files };
}

function bodyOf(entry, token) {
  var form = new FormData();
  entry.fields.forEach(function (pair) {
    if (pair[0] !== "csrfmiddlewaretoken" && pair[0] !== "claimed_at") {
      form.append(pair[0], pair[1]);
    }
  });
  form.append("csrfmiddlewaretoken", token);
  form.append("claimed_at", new Date(entry.at).toISOString());
  entry.files.forEach(function (part) {
    form.append(part.name, part.file, part.file.name);
  });
  return form;
}

function deliver(entry, token) {
  return timed(
    fetch(entry.url, {
      method: "POST",
      body: bodyOf(entry, token),
      headers: { "X-Field-Replay": entry.id, Accept: "application/json" },
      credentials: "same-origin",
      redirect: "manual",
    }),
    SEND_WAIT
  ).then(function (response) {
    var type = response.headers.get("Content-Type") || "";
    if (response.type === "opaqueredirect" || response.status >= 500) {
      throw new Error("later");
    }
    if (type.indexOf("application/json") !== 0) {
      return { refused: ["服务器没有接受（" + response.status + "）。请打开这一页重新办理。"], isPage: true };
    }
    return response.json();
  });
}

function post(event) {
  var request = event.request;
  var untouched = request.clone();
  var url = request.url.split("#")[0];
  return request
    .formData()
    .then(function (form) {
      var given = parts(form);
      var entry = { id: uuid7(), url: url, at: Date.now(), fields: given.fields, files: given.files };
      var token = form.get("csrfmiddlewaretoken") || "";
      if (!navigator.onLine) {
        return hold(entry, event);
      }
      return deliver(entry, token).then(
        function (answer) {
          if (answer.done) {
            return Response.redirect(answer.next || SCOPE, 303);
          }
          return fetch(untouched); // the server says on its own page what is wrong
        },
        function () {
          return hold(entry, event);
        }
      );
    })
    .catch(function () {
      return fetch(untouched);
    });
}

function isItem(url) {
  return /\/matters\/[0-9a-f-]{36}\/[0-9]+\/$/.test(new URL(url).pathname);
}

function after(url) {
  var item = url.match(/^(.*\/matters\/[0-9a-f-]{36}\/)([0-9]+)\/$/);
  if (item) {
    var next = item[1] + (Number(item[2]) + 1) + "/";
    return read("pages", next).then(function (row) {
      return row ? next : item[1];
    });
  }
  var visit = url.match(/^(.*\/[0-9a-f-]{36}\/)[a-z]+\/$/);
  return Promise.resolve(visit ? visit[1] : SCOPE);
}

function hold(entry, event) {
  return currentUser().then(function (user) {
    if (!user) {
      throw new Error("nobody");
    }
    return earlier(user, entry).then(function (old) {
      var files = (old ? old.files : []).concat(entry.files);
      var whole = { fields: entry.fields, files: files };
      return lock(user, whole).then(function (sealed) {
        var row = { id: old ? old.id : entry.id, user: user, url: entry.url, at: entry.at, tries: 0, state: "waiting", sealed: sealed };
        return write("queue", row).then(function () {
          tell();
          if (self.registration.sync) {
            event.waitUntil(self.registration.sync.register("field").catch(function () {}));
          }
          return after(entry.url);
        });
      });
    }).then(function (next) {
      return Response.redirect(next, 303);
    });
  });
}

/* An item filled in twice before anything was sent is one answer, with the photos of both. */
function earlier(user, entry) {
  if (!isItem(entry.url)) {
    return Promise.resolve(null);
  }
  return rows(user).then(function (found) {
    var old = found.filter(function (row) {
      return row.url === entry.url && row.state === "waiting" && row.tries === 0;
    })[0];
    return old ? unlock(old) : null;
  });
}

function lock(user, entry) {
  return Promise.all(
    entry.files.map(function (part) {
      return part.file.arrayBuffer().then(function (bytes) {
        return seal(user, bytes).then(function (sealed) {
          return { name: part.name, file: part.file.name, type: part.file.type, size: part.file.size, sealed: sealed };
        });
      });
    })
  ).then(function (files) {
    return sealText(user, JSON.stringify(entry.fields)).then(function (fields) {
      return { fields: fields, files: files };
    });
  });
}

function unlock(row) {
  return unsealText(row.user, row.sealed.fields).then(function (text) {
    return Promise.all(
      row.sealed.files.map(function (part) {
        return unseal(row.user, part.sealed).then(function (bytes) {
          return { name: part.name, file: new File([bytes], part.file, { type: part.type }) };
        });
      })
    ).then(function (files) {
      return { id: row.id, url: row.url, at: row.at, fields: JSON.parse(text), files: files };
    });
  });
}

function rows(user) {
  return stored("queue", "readonly", function (store) {
    return store.getAll();
  }).then(function (found) {
    return found
      .filter(function (row) {
        return row.user === user;
      })
      .sort(function (a, b) {
        return a.at - b.at || (a.id < b.id ? -1 : 1);
      });
  });
}

/* ---- sending ------------------------------------------------------------------------------------------ */

function send() {
  if (!sending) {
    sending = sendAll().then(
      function (outcome) {
        sending = null;
        tell(outcome);
      },
      function () {
        sending = null;
        tell("later");
      }
    );
  }
  return sending;
}

function sendAll() {
  return currentUser().then(function (user) {
    return rows(user || "").then(function (found) {
      var waiting = found.filter(function (row) {
        return row.state === "waiting";
      });
      if (!waiting.length) {
        return "nothing";
      }
      return fetch(SCOPE + "ping/", { cache: "no-store", credentials: "same-origin", redirect: "manual" }).then(function (response) {
        if (!response.ok) {
          return response.type === "opaqueredirect" ? "signin" : "later";
        }
        return response.json().then(function (known) {
          if (String(known.user) !== user) {
            return "other";
          }
          return waiting.reduce(function (before, row) {
            return before.then(function () {
              return sendOne(row, known.token);
            });
          }, Promise.resolve()).then(function () {
            return "sent";
          });
        });
      });
    });
  });
}

function sendOne(row, token) {
  row.tries += 1;
  return write("queue", row)
    .then(function () {
      return unlock(row);
    })
    .then(function (entry) {
      return deliver(entry, token);
    })
    .then(function (answer) {
      if (answer.done) {
        return remove("queue", row.id);
      }
      row.state = answer.conflict ? "conflict" : "refused";
      row.why = answer.conflict ? [answer.conflict] : answer.refused || ["没有接受。"];
      row.now = answer.now || null;
      return write("queue", row);
    })
    .then(function () {
      tell();
    });
}

/* ---- talking with the pages --------------------------------------------------------------------------- */

function tell(outcome) {
  return currentUser().then(function (user) {
    return rows(user || "").then(function (found) {
      var stopped = found.filter(function (row) {
        return row.state !== "waiting";
      }).length;
      return self.clients.matchAll({ includeUncontrolled: true }).then(function (clients) {
        clients.forEach(function (client) {
          client.postMessage({ type: "count", unsent: found.length, stopped: stopped, outcome: outcome || "" });
        });
      });
    });
  });
}

function signIn(user) {
  return write("state", user, "user").then(function () {
    return stored("pages", "readwrite", function (store) {
      var request = store.openCursor();
      request.onsuccess = function () {
        var cursor = request.result;
        if (cursor) {
          if (cursor.value.user !== user) {
            cursor.delete(); // another person's pages do not stay for the next
          }
          cursor.continue();
        }
      };
      return request;
    });
  });
}

function prepare() {
  return fetch(SCOPE + "pages.json", { cache: "no-store", credentials: "same-origin" })
    .then(function (response) {
      return response.json();
    })
    .then(function (wanted) {
      var all = wanted.pages.map(function (path) {
        return new URL(path, self.location).href;
      });
      return caches
        .open(ASSETS)
        .then(function (cache) {
          return cache.addAll(wanted.assets);
        })
        .then(function () {
          return all.reduce(function (before, url) {
            return before.then(function (count) {
              return fetch(url, { credentials: "same-origin" }).then(function (response) {
                return response.ok && !response.redirected ? keep(url, response).then(function () {
                  return count + 1;
                }) : count;
              });
            });
          }, Promise.resolve(0));
        })
        .then(function (count) {
          return { visits: wanted.visits, pages: count, of: all.length };
        });
    });
}

function list() {
  return currentUser().then(function (user) {
    return rows(user || "").then(function (found) {
      return Promise.all(
        found.map(function (row) {
          return Promise.all([unsealText(row.user, row.sealed.fields), titleOf(row)]).then(function (read) {
            return {
              id: row.id,
              url: row.url,
              title: read[1],
              at: row.at,
              state: row.state,
              why: row.why || [],
              now: row.now || null,
              fields: JSON.parse(read[0]),
              files: row.sealed.files.map(function (part) {
                return { name: part.file, size: part.size };
              }),
            };
          });
        })
      );
    });
  });
}

function titleOf(row) {
  return read("pages", row.url).then(function (page) {
    if (!page || page.user !== row.user) {
      return "现场检查";
    }
    return unsealText(row.user, page.sealed).then(function (text) {
      var found = text.match(/<title>([^<]*)<\/title>/);
      return found ? found[1] : "现场检查";
    });
  });
}

function again(id, seen) {
  return read("queue", id).then(function (row) {
    if (!row) {
      return null;
    }
    return unlock(row).then(function (entry) {
      if (seen) {
        entry.fields = entry.fields.filter(function (pair) {
          return pair[0] !== "seen";
        });
        entry.fields.push(["seen", seen]);
      }
      return lock(row.user, entry).then(function (sealed) {
        // A new sending: the old one was refused and counts for nothing.
        var fresh = { id: uuid7(), user: row.user, url: row.url, at: row.at, tries: 0, state: "waiting", sealed: sealed };
        return write("queue", fresh).then(function () {
          return remove("queue", id);
        });
      });
    });
  });
}

var ANSWERS = {
  user: function (message) {
    return signIn(String(message.user)).then(tell);
  },
  prepare: prepare,
  send: send,
  list: list,
  again: function (message) {
    return again(message.id, message.seen || "").then(send);
  },
  drop: function (message) {
    return remove("queue", message.id).then(tell);
  },
};

self.addEventListener("message", function (event) {
  var answer = ANSWERS[event.data && event.data.type];
  if (!answer) {
    return;
  }
  var port = event.ports[0];
  event.waitUntil(
    Promise.resolve(answer(event.data)).then(
      function (value) {
        if (port) {
          port.postMessage({ value: value === undefined ? null : value });
        }
      },
      function (error) {
        if (port) {
          port.postMessage({ error: String(error && error.message) });
        }
      }
    )
  );
});

self.addEventListener("fetch", function (event) {
  var request = event.request;
  var url = new URL(request.url);
  if (url.origin !== self.location.origin) {
    return;
  }
  if (request.method === "GET" && url.pathname.indexOf("/static/") === 0) {
    event.respondWith(asset(event));
  } else if (request.mode === "navigate" && url.pathname.indexOf(SCOPE) === 0) {
    if (request.method === "GET") {
      event.respondWith(page(event));
    } else if (request.method === "POST" && !/\/second\/$/.test(url.pathname)) {
      event.respondWith(post(event)); // a password is sent at once or not at all, never kept
    }
  }
});

self.addEventListener("sync", function (event) {
  if (event.tag === "field") {
    event.waitUntil(send());
  }
});

self.addEventListener("install", function () {
  self.skipWaiting();
});

self.addEventListener("activate", function (event) {
  event.waitUntil(self.clients.claim());
});
