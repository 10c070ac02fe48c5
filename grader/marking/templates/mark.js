// The marking page: points and comments are saved as they are given, keys move between answers.
(function () {
  "use strict";
  var byId = function (id) { return document.getElementById(id); };
  var form = byId("form"), state = byId("state");

  function say(words, kind) {
    state.textContent = words;
    state.className = "state" + (kind ? " " + kind : "");
  }

  function post(address, body) {
    return fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      redirect: "error"
    }).then(function (answer) {
      return answer.json().catch(function () { return {}; }).then(function (told) {
        if (!answer.ok) throw new Error(told.problem || "Not saved: the server refused (" + answer.status + ").");
        return told;
      });
    }, function () {
      throw new Error("Not saved: the server does not answer. What you wrote stays here; start `grader mark` again, then copy it.");
    });
  }

  // --- help, and keys that can be switched off

  var help = byId("help"), keys = byId("keys");
  function remember(value) {
    try {
      if (value === undefined) return localStorage.getItem("keys") !== "off";
      localStorage.setItem("keys", value ? "on" : "off");
    } catch (e) { /* a browser without storage: the keys are on */ }
    return true;
  }
  keys.checked = remember();
  keys.addEventListener("change", function () { remember(keys.checked); });
  byId("help-close").addEventListener("click", function () { help.close(); });
  byId("help-open").addEventListener("click", function () { help.showModal(); });

  // --- one answer

  var field = byId("points"), comment = byId("comment");
  var saved = form ? reading() : null;
  var seen = form ? Number(form.dataset.seen) : 0;
  var top = form ? Number(form.dataset.top) : 0;
  var edit = Array.from(crypto.getRandomValues(new Uint8Array(9)), function (b) { return b.toString(16); }).join("");
  var timer = 0, running = null;

  function reading() {
    return JSON.stringify({ points: field.value.trim().replace(",", "."), comment: comment.value });
  }

  function value() {
    var text = field.value.trim().replace(",", ".");
    if (text === "") return null;
    return /^\d*\.?\d+$|^\d+\.$/.test(text) ? Number(text) : NaN;
  }

  function valid() {
    var v = value();
    var good = v === null || (v >= 0 && v <= top);
    if (good && field.getAttribute("aria-invalid") === "true") say("");
    field.setAttribute("aria-invalid", good ? "false" : "true");
    if (!good) say("Points are a number from 0 to " + top + ".", "bad");
    return good;
  }

  function show() {
    document.querySelectorAll("[data-points]").forEach(function (button) {
      button.setAttribute("aria-pressed", String(value() === Number(button.dataset.points)));
    });
  }

  function dirty() { return form !== null && reading() !== saved; }

  // Saves until what is on the page is what is on disk; the promise says whether that worked.
  function flush() {
    clearTimeout(timer);
    if (running) return running;
    if (!dirty()) return Promise.resolve(true);
    if (!valid()) return Promise.resolve(false);
    var sent = reading();
    say("Saving …");
    running = post(form.dataset.save, { points: value(), comment: comment.value, seen: seen, edit: edit })
      .then(function (told) {
        saved = sent;
        seen = told.n;
        byId("progress").textContent = told.progress;
        byId("meter").style.width = told.width;
        say(told.points === null ? "Saved, without points." : "Saved: " + told.points + " of " + byId("of").textContent.slice(3) + " points.", "good");
        running = null;
        return dirty() ? flush() : true;
      }, function (problem) {
        running = null;
        say(problem.message, "bad");
        return false;
      });
    return running;
  }

  function later() { clearTimeout(timer); timer = setTimeout(flush, 300); }

  function give(points) {
    if (points !== null && points > top) { say("At most " + top + " points.", "bad"); return; }
    field.value = points === null ? "" : String(points);
    valid();
    show();
    if (dirty() || running) flush();
    else say("Already saved.", "good");
  }

  function half() {
    var now = value();
    give(Math.min(top, (now === null || isNaN(now) ? 0 : now) + 0.5));
  }

  function reuse(n) {
    var button = document.querySelectorAll("#phrases .use")[n - 1];
    if (button) button.click();
  }

  function insert(text) {
    comment.value = comment.value.trim() ? comment.value.replace(/\s+$/, "") + "\n" + text : text;
    comment.focus();
    flush();
  }

  function list(phrases) {
    var ol = byId("phrases");
    ol.replaceChildren.apply(ol, phrases.map(function (phrase, k) {
      var li = document.createElement("li"), use = document.createElement("button"), drop = document.createElement("button");
      var words = document.createElement("span");
      words.textContent = phrase.text;
      use.type = drop.type = "button";
      use.className = "use";
      drop.className = "drop";
      use.dataset.n = drop.dataset.n = phrase.n;
      use.appendChild(words);
      drop.textContent = "×";
      drop.setAttribute("aria-label", "Forget the kept comment " + (k + 1));
      li.append(use, drop);
      return li;
    }));
    byId("kept").hidden = phrases.length === 0;
  }

  function phrases(body, words) {
    body.question = form.dataset.question;
    return post(form.dataset.phrases, body).then(function (told) {
      list(told.phrases);
      say(words, "good");
    }, function (problem) { say(problem.message, "bad"); });
  }

  function keep() { return phrases({ text: comment.value }, "Kept for reuse under this question."); }

  function go(id) {
    var link = byId(id);
    flush().then(function (good) {
      if (good && link) location.assign(link.href);
      else if (good && form) say("There is no further answer that way.");
    });
  }

  if (form) {
    show();
    form.addEventListener("submit", function (event) { event.preventDefault(); flush(); });
    field.addEventListener("input", function () { if (valid()) { show(); later(); } });
    field.addEventListener("change", flush);
    comment.addEventListener("input", later);
    comment.addEventListener("change", flush);
    byId("half").addEventListener("click", half);
    byId("keep").addEventListener("click", keep);
    byId("clear").addEventListener("click", function () { give(null); });
    document.querySelectorAll("[data-points]").forEach(function (button) {
      button.addEventListener("click", function () { give(Number(button.dataset.points)); });
    });
    byId("phrases").addEventListener("click", function (event) {
      var button = event.target.closest("button");
      if (!button) return;
      if (button.className === "use") insert(button.textContent);
      else phrases({ drop: Number(button.dataset.n) }, "Forgotten.");
    });
    document.querySelectorAll("a[id^=go-]").forEach(function (link) {
      link.addEventListener("click", function (event) {
        if (event.ctrlKey || event.metaKey || event.shiftKey || !dirty()) return;
        event.preventDefault();
        go(link.id);
      });
    });
    window.addEventListener("beforeunload", function (event) { if (dirty()) event.preventDefault(); });
  }

  // --- the class

  var zero = byId("zero"), file = byId("file"), lots = byId("lots");
  function all(address, body) {
    say("Saving …");
    post(address, body).then(function (told) {
      say(told.message + " Reload to see them.", "good");
      state.tabIndex = -1;
      state.focus();
    }, function (problem) { say(problem.message, "bad"); });
  }
  if (zero) zero.addEventListener("click", function () { zero.disabled = true; all(lots.dataset.empty, {}); });
  if (file) file.addEventListener("change", function () {
    if (file.files.length) file.files[0].text().then(function (text) { all(lots.dataset.import, { text: text }); });
  });

  // --- keys

  var actions = {
    "n": function () { go("go-next"); },
    "p": function () { go("go-previous"); },
    "m": function () { go("go-open"); },
    "o": function () { go("go-overview"); },
    "b": function () { go("go-other"); },
    "?": function () { help.showModal(); }
  };
  if (form) Object.assign(actions, {
    "h": half,
    "x": function () { give(null); },
    "=": function () { field.focus(); field.select(); },
    "c": function () { comment.focus(); },
    "k": keep,
    "r": function () {
      var first = document.querySelector("#phrases .use");
      if (first) first.focus(); else say("No comment was kept under this question yet.");
    },
    "e": function () { byId("evidence").focus(); byId("evidence").scrollIntoView(); },
    "a": function () { byId("answer").focus(); window.scrollTo(0, 0); }
  });

  document.addEventListener("keydown", function (event) {
    var at = event.target, typing = /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName) && at.type !== "checkbox";
    if (form && at === comment && event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      go("go-next");
      return;
    }
    if (typing && event.key === "Escape") { at.blur(); return; }
    if (typing || help.open || !keys.checked && event.key !== "?" || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (form && /^[0-9]$/.test(event.key)) {
      event.preventDefault();
      if (at.closest("#phrases")) reuse(Number(event.key)); else give(Number(event.key));
      return;
    }
    var action = actions[event.key];
    if (action) { event.preventDefault(); action(); }
  });
  document.documentElement.dataset.ready = "yes"; // from here on keys are heard
})();
