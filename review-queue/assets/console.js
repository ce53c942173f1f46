// The console's script. Every page works without it; it adds keys, countdowns, live news and the local time.
//
// One rule stands above all: no single key sends anything to a member. What leaves the house is
// confirmed with Ctrl-Enter or by pressing the button itself.

"use strict";

(() => {
  const body = document.body;
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const one = (selector, within = document) => within.querySelector(selector);
  document.documentElement.classList.add("scripted");

  // -- time ------------------------------------------------------------------------------------

  const local = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const localDay = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short" });

  // The server's clock decides; the page carries its time, and we only count on from there.
  const offset = Number(body.dataset.now) / 1000 - Date.now();
  const now = () => Date.now() + offset;

  function span(ms) {
    const seconds = Math.max(0, Math.round(ms / 1000));
    if (seconds < 60) return `${seconds} s`;
    const minutes = Math.floor(seconds / 60);
    if (minutes < 60) return minutes < 5 ? `${minutes} min ${seconds % 60} s` : `${minutes} min`;
    const hours = Math.floor(minutes / 60);
    if (hours < 48) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
    return `${Math.floor(hours / 24)} days`;
  }

  function showLocalTimes(within = document) {
    for (const time of all("time[data-local]", within)) {
      const at = new Date(time.dateTime);
      const utc = at.toISOString();
      const sameDay = new Date(now()).toDateString() === at.toDateString();
      const day = sameDay ? "" : `${localDay.format(at)} `;
      const here = local.format(at);
      const there = utc.slice(11, 16);
      time.textContent = `${day}${here === there && at.getTimezoneOffset() === 0 ? `${there} UTC` : `${here} (${there} UTC)`}`;
      time.title = `${localDay.format(at)} ${local.format(at)} here, ${utc.slice(0, 10)} ${utc.slice(11, 19)} UTC`;
    }
  }

  const said = new Set();

  function tick() {
    for (const due of all("[data-due]")) {
      const left = Number(due.dataset.due) / 1000 - now();
      const late = left < 0;
      due.textContent = late ? `look overdue by ${span(-left)}` : `look due in ${span(left)}`;
      due.classList.toggle("late", late);
      due.classList.toggle("near", !late && left < 5 * 60_000);
    }
    for (const ago of all("[data-ago]")) {
      const ms = now() - Number(ago.dataset.ago) / 1000;
      ago.textContent = ms < 5000 ? "just now" : `${span(ms)} ago`;
    }
    for (const left of all("[data-left]")) {
      const ms = Number(left.dataset.left) / 1000 - now();
      left.textContent = span(ms);
      if (ms <= 0) left.closest("[data-until-left]")?.setAttribute("hidden", "");
    }
    warnOfLease();
  }

  // A minute before a claim ends, say so and offer to keep it.
  function warnOfLease() {
    const lease = one("[data-lease]");
    if (!lease) return;
    const left = Number(lease.dataset.lease) / 1000 - now();
    const warning = one("#lease-warning");
    if (!warning) return;
    warning.hidden = left > 60_000;
    if (left <= 60_000 && !said.has("lease")) {
      said.add("lease");
      announce(left > 0 ? "Your claim ends in one minute. Press c, or the button Keep, to keep the case." : "Your claim has ended.");
    }
  }

  // Whoever works on the case keeps it: typing renews the claim well before it ends.
  let renewedAt = 0;
  async function keepLease() {
    const lease = one("[data-lease]");
    const form = one("form[action$='/renew']");
    if (!lease || !form || Date.now() - renewedAt < 60_000) return;
    if (Number(lease.dataset.lease) / 1000 - now() > 5 * 60_000) return;
    renewedAt = Date.now();
    try {
      const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), credentials: "same-origin" });
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-lease]");
      if (!fresh) return;
      lease.dataset.lease = fresh.dataset.lease;
      lease.dataset.left = fresh.dataset.left;
      said.delete("lease");
      tick();
    } catch { /* the warning before the end stands */ }
  }
  document.addEventListener("input", keepLease);

  // -- saying things ---------------------------------------------------------------------------

  let pending;
  function announce(text, urgent = false) {
    const region = one(urgent ? "#say-now" : "#say");
    if (!region) return;
    clearTimeout(pending);
    pending = setTimeout(() => { region.textContent = text; }, 150);
  }

  // -- live news -------------------------------------------------------------------------------

  // What changes nothing that a reader should know before deciding.
  const QUIET = new Set(["TextRevealed", "LeaseRenewed", "CaseClaimed", "CaseReleased", "LeaseExpired", "AlertRaised", "SlaBreached"]);

  let wanted;
  function onNews(event) {
    let news = {};
    try { news = JSON.parse(event.data); } catch { /* a comment or keep-alive */ }
    if (one("#queue")) {
      clearTimeout(wanted);
      wanted = setTimeout(refreshQueue, 400);
    }
    const shown = body.dataset.case;
    const newer = Number(news.version ?? 0) > Number(body.dataset.version ?? 0);
    if (shown && news.case === shown && newer && news.what.some((kind) => !QUIET.has(kind))) {
      const bar = one("#arrived");
      if (bar && bar.hidden) {
        bar.hidden = false;
        announce("Something new came in on this case since you opened it.");
      }
    }
  }

  async function refreshQueue() {
    if (body.querySelector("#queue form:focus-within button:active")) return;
    const answer = await fetch(location.href, { headers: { "x-part": "queue" }, credentials: "same-origin" });
    if (!answer.ok || answer.redirected) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#queue");
    const old = one("#queue");
    if (!fresh || !old) return;
    const focused = document.activeElement?.closest("#queue > li")?.dataset.case;
    const onButton = document.activeElement?.matches("#queue button");
    const before = new Map(all("li[data-case]", old).map((row) => [row.dataset.case, row.dataset.mark]));
    old.replaceWith(fresh);
    if (focused) {
      const row = one(`li[data-case="${CSS.escape(focused)}"]`, fresh);
      (onButton ? one("button", row ?? fresh) : one(".title", row ?? fresh))?.focus({ preventScroll: true });
    }
    showLocalTimes(fresh);
    tick();
    remember();
    const rows = all("li[data-case]", fresh);
    const added = rows.filter((row) => !before.has(row.dataset.case));
    const moved = rows.filter((row) => before.has(row.dataset.case) && before.get(row.dataset.case) !== row.dataset.mark);
    if (added.length || moved.length) {
      const worst = added.find((row) => row.dataset.level === "act-now");
      const parts = [];
      if (added.length) parts.push(`${added.length} new ${added.length === 1 ? "case" : "cases"}`);
      if (moved.length) parts.push(`${moved.length} changed`);
      announce(worst ? `New: act now. ${parts.join(", ")}.` : `Queue updated: ${parts.join(", ")}.`, Boolean(worst));
    }
  }

  function listen() {
    if (!body.dataset.stream || !window.EventSource) return;
    const source = new EventSource(body.dataset.stream);
    source.addEventListener("case", onNews);
    source.addEventListener("reload", onNews);
    source.onerror = () => one("#live")?.setAttribute("data-state", "away");
    source.onopen = () => one("#live")?.setAttribute("data-state", "on");
    addEventListener("pagehide", () => source.close());
  }

  // -- moving through the queue ----------------------------------------------------------------

  const titles = () => all("#queue .title");

  function step(by) {
    const links = titles();
    if (links.length) {
      const at = links.findIndex((link) => link === document.activeElement || link.closest("li").contains(document.activeElement));
      const next = links[Math.min(links.length - 1, Math.max(0, at + by))] ?? links[0];
      next.focus();
      next.closest("li").scrollIntoView({ block: "nearest" });
      return;
    }
    // On a case: the next or previous one of the queue as it was last seen.
    const order = JSON.parse(sessionStorage.getItem("queue") ?? "[]");
    const at = order.indexOf(body.dataset.case);
    const target = order[at + by];
    if (at >= 0 && target) location.href = `/cases/${target}`;
    else announce(by > 0 ? "That was the last case of the queue." : "That was the first case of the queue.");
  }

  function remember() {
    if (one("#queue")) sessionStorage.setItem("queue", JSON.stringify(all("#queue > li[data-case]").map((row) => row.dataset.case)));
  }

  function press(selector, within = document) {
    const button = one(selector, within);
    if (!button) return false;
    button.click();
    return true;
  }

  // Opens the fold around a field and puts the cursor into it.
  function goTo(selector) {
    const target = one(selector);
    if (!target) return false;
    for (let fold = target.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    target.focus();
    target.scrollIntoView({ block: "center" });
    return true;
  }

  // -- keys ------------------------------------------------------------------------------------

  const help = () => {
    const dialog = one("#keys");
    if (dialog && !dialog.open) dialog.showModal();
    return Boolean(dialog);
  };

  // Each answers whether it did something. None of them sends anything to a member.
  const keys = {
    j: () => step(1),
    k: () => step(-1),
    c: () => {
      const row = document.activeElement?.closest("#queue > li");
      return press("[data-key=c]", row ?? document);
    },
    r: () => press("[data-key=r]"),
    m: () => press("[data-key=m]"),
    u: () => press("[data-key=u]"),
    n: () => goTo("[data-goto=n]"),
    d: () => goTo("[data-goto=d]"),
    l: () => goTo("[data-goto=l]"),
    o: () => goTo("[data-goto=o]"),
    x: () => goTo("[data-goto=x]"),
    "/": () => goTo("[data-goto='/']") || (location.href = "/search", true),
    "?": help,
  };
  const places = { q: "/queue", o: "/cases/new", h: "/help", s: "/search" };

  let waitsForPlace = 0;

  function typing(target) {
    return target.matches?.("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      const form = event.target.closest?.("form");
      if (form) { event.preventDefault(); form.requestSubmit(one("button[type=submit]:not(:disabled)", form)); }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape" && typing(event.target)) { event.target.blur(); return; }
    if (body.dataset.keys === "off" || typing(event.target) || one("dialog[open]")) return;
    if (waitsForPlace && Date.now() - waitsForPlace < 1500) {
      waitsForPlace = 0;
      if (places[event.key]) { event.preventDefault(); location.href = places[event.key]; }
      return;
    }
    if (event.key === "g") { waitsForPlace = Date.now(); return; }
    if (!Object.hasOwn(keys, event.key)) return;
    if (keys[event.key]() !== false) event.preventDefault();
  });

  // A form that speaks to a member is never sent by Enter inside a field.
  for (const form of all("form[data-speaks]")) {
    form.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.target.matches("input, select") && !event.ctrlKey && !event.metaKey) event.preventDefault();
    });
  }

  // One press, one request: a second click while the first is on its way does nothing.
  document.addEventListener("submit", (event) => {
    if (event.target.dataset.sent) { event.preventDefault(); return; }
    event.target.dataset.sent = "yes";
    setTimeout(() => delete event.target.dataset.sent, 4000);
  });

  // -- evidence --------------------------------------------------------------------------------

  function light(event) {
    for (const lit of all(".reasons .lit")) lit.classList.remove("lit");
    const mark = event.target.closest?.("mark[aria-describedby]");
    if (!mark) return;
    for (const id of mark.getAttribute("aria-describedby").split(" ")) document.getElementById(id)?.classList.add("lit");
  }
  document.addEventListener("focusin", light);
  document.addEventListener("mouseover", light);

  // A covered detail opens in its place; the page that shows it alone is for browsers without a script.
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("form.cover")) return;
    event.preventDefault();
    try {
      const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), credentials: "same-origin" });
      const detail = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#detail");
      if (!answer.ok || !detail) throw new Error("not shown");
      const shown = document.createElement("span");
      shown.className = "uncovered";
      shown.tabIndex = -1;
      shown.textContent = detail.textContent;
      form.replaceWith(shown);
      shown.focus();
    } catch {
      form.querySelector("button").textContent = "could not be shown – try again";
      delete form.dataset.sent;
    }
  });

  // -- the message that goes with some actions --------------------------------------------------

  function messageNeeded() {
    for (const box of all("[data-message-for]")) {
      const needed = all(`[data-form="${box.dataset.messageFor}"] [data-needs-message]`).some((choice) => choice.checked);
      box.hidden = !needed;
      const text = one("textarea", box);
      if (text) text.required = needed;
    }
  }
  document.addEventListener("change", messageNeeded);

  for (const opener of all("[data-opens]")) {
    opener.addEventListener("click", (event) => {
      event.preventDefault();
      one(`#${opener.dataset.opens}`)?.showModal();
    });
  }

  // Words to start from fill the message where nothing was typed, and give way to others as long as
  // nobody changed them; what a person typed stays.
  for (const pick of all("select[data-fills]")) {
    const text = one(`#${pick.dataset.fills}`);
    const words = () => pick.selectedOptions[0]?.dataset.text ?? "";
    let filled = words();
    pick.addEventListener("change", () => {
      if (!text || (text.value.trim() && text.value !== filled)) return;
      filled = words();
      text.value = filled;
      const gap = filled.indexOf("{{");
      text.focus();
      if (gap >= 0) text.setSelectionRange(gap, filled.indexOf("}}", gap) + 2);
    });
  }

  messageNeeded();
  showLocalTimes();
  remember();
  tick();
  setInterval(tick, 1000);
  listen();
  one("[data-first-focus]")?.focus();
})();
