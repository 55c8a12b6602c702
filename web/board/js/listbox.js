// The list itself: a listbox that holds only the rows that are seen, however many there are.

import { html, useCallback, useEffect, useLayoutEffect, useRef, useState } from "preact";
import { caseList, MOST, news, readAgain, see, settled } from "./caselist.js";
import { useKey } from "./keys.js";
import { Quiet } from "./parts.js";
import { people } from "./people.js";
import { openCase, route } from "./router.js";
import { Row, Waiting } from "./row.js";
import { hovered, selectCases, selection, toggleCase } from "./selection.js";
import { createStore, useStore } from "./store.js";
import { token } from "./theme.js";
import { language, t } from "./words.js";
import { clearFilters } from "./filters.js";

const OVER = 6; // rows drawn above and below those that are seen

/** The row that the keys act on and the case that stood on it; moves counts how often a key went to another. */
const cursor = createStore({ index: 0, id: "", moves: 0 });

/** The case that the keys act on: none while the one that was read is being looked for. */
function currentCase() {
  const { index, id } = cursor.get();
  const c = caseList.get().rows.get(index);
  return id === "" || c?.id === id ? c : undefined;
}

/** @param {number} index */
const put = (index) => cursor.set({ index, id: caseList.get().rows.get(index)?.id ?? "" });

// News put rows above the cursor and take some away: it stays on its case, and on its place where that left.
caseList.subscribe(({ rows, at, total }) => {
  const { index, id } = cursor.get();
  const now = at.get(id);
  if (now !== undefined && rows.get(now)?.id === id) cursor.set({ index: now });
  else if (settled() && (id === "" || rows.has(index) || index >= total)) put(Math.max(0, Math.min(index, total - 1)));
});

/** @param {number} by */
function step(by) {
  const { total } = caseList.get();
  if (total === 0) return;
  put(Math.max(0, Math.min(cursor.get().index + by, Math.min(total, MOST) - 1)));
  cursor.set(({ moves }) => ({ moves: moves + 1 }));
}

/** Selects what lies between the anchor and a row. @param {number} index */
function selectTo(index) {
  const { rows, at } = caseList.get();
  const from = at.get(selection.get().anchor) ?? index;
  const ids = [];
  for (let i = Math.min(from, index); i <= Math.max(from, index); i++) {
    const c = rows.get(i);
    if (c) ids.push(c.id);
  }
  selectCases(ids);
}

/** @param {KeyboardEvent} e @param {number} page rows of a screen */
function onKeyDown(e, page) {
  const moves = /** @type {Record<string, number>} */ ({ ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity });
  const c = currentCase();
  if (e.key in moves) {
    if (e.shiftKey && c && !selection.get().anchor) selection.set({ anchor: c.id });
    step(moves[e.key]);
    if (e.shiftKey) selectTo(cursor.get().index);
  } else if (e.key === "Enter" && c) openCase(c.id);
  else if (e.key === " " && c) toggleCase(c.id);
  else return;
  e.preventDefault();
}

/** @param {MouseEvent} e */
function onClick(e) {
  const target = /** @type {HTMLElement} */ (e.target);
  const id = /** @type {HTMLElement | null} */ (target.closest("[data-id]"))?.dataset.id;
  if (!id) return;
  const index = caseList.get().at.get(id) ?? 0;
  put(index);
  if (e.shiftKey) selectTo(index);
  else if (e.ctrlKey || e.metaKey || target.closest(".tick")) toggleCase(id);
  else openCase(id);
}

/** @param {MouseEvent} e */
const onOver = (e) => hovered.set({ id: /** @type {HTMLElement} */ (e.target).closest?.("[data-id]")?.getAttribute("data-id") ?? "", from: "list" });

/** The window of rows that are seen. @param {{current: HTMLElement | null}} box @param {number} row its height */
function useWindow(box, row) {
  const [seen, setSeen] = useState({ from: 0, to: 12 });
  const look = useCallback(() => {
    const el = box.current;
    if (!el) return;
    const from = Math.max(0, Math.floor(el.scrollTop / row) - OVER);
    const to = Math.ceil((el.scrollTop + el.clientHeight) / row) + OVER;
    setSeen((s) => (s.from === from && s.to === to ? s : { from, to }));
  }, [row]);
  useLayoutEffect(() => {
    look();
    const sized = new ResizeObserver(look);
    if (box.current) sized.observe(box.current);
    return () => sized.disconnect();
  }, [look]);
  return /** @type {const} */ ([seen, look]);
}

export function ListBox() {
  const list = useStore(caseList, (l) => l);
  const { index, moves } = useStore(cursor, (c) => c);
  const ids = useStore(selection, (s) => s.ids);
  const told = useStore(news, (n) => n.of);
  const names = useStore(people, (p) => p);
  const openId = useStore(route, (r) => r.id);
  const litId = useStore(hovered, (h) => (h.from === "map" ? h.id : ""));
  const lang = useStore(language, (l) => l.code);
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const hold = useRef(/** @type {HTMLElement | null} */ (null));
  const rowHeight = useRef(0);
  rowHeight.current ||= parseFloat(token("row"));
  const row = rowHeight.current;
  const [seen, look] = useWindow(box, row);
  const total = Math.min(list.total, MOST);

  useEffect(() => {
    put(0);
    if (box.current) box.current.scrollTop = 0;
  }, [list.key]);
  useEffect(() => see(seen.from, seen.to), [seen, list]);
  useEffect(() => {
    const el = box.current;
    if (!el) return;
    if (index * row < el.scrollTop) el.scrollTop = index * row;
    else if ((index + 1) * row > el.scrollTop + el.clientHeight) el.scrollTop = (index + 1) * row - el.clientHeight;
  }, [moves]);
  const from = Math.min(seen.from, Math.max(0, total - 1));
  useLayoutEffect(() => {
    if (!hold.current || !hold.current.parentElement) return;
    hold.current.parentElement.style.height = `${total * row}px`;
    hold.current.style.transform = `translateY(${from * row}px)`;
  }, [total, from, row]);

  const move = (/** @type {number} */ by) => {
    if (document.activeElement !== box.current) box.current?.focus({ preventScroll: true });
    step(by);
  };
  useKey("next", () => move(1));
  useKey("previous", () => move(-1));
  useKey("select", () => { const c = currentCase(); if (c) toggleCase(c.id); });
  useKey("go_list", () => box.current?.focus());

  if (list.state === "wrong") return html`<${Quiet} wrong again=${readAgain}>${list.wrong}</${Quiet}>`;
  if (list.state === "ready" && total === 0) {
    return html`<div class="listbox empty"><${Quiet}>${t("no_cases")}</${Quiet}><p><button type="button" onClick=${clearFilters}>${t("clear_filters")}</button></p></div>`;
  }
  const count = list.state === "loading" ? 8 : total;
  const rows = [];
  for (let i = from; i < Math.min(seen.to, count); i++) {
    const c = list.rows.get(i);
    rows.push(c
      ? html`<${Row} key=${c.id} of=${c} index=${i} total=${total} active=${i === index} selected=${ids.has(c.id)} lit=${c.id === litId} open=${c.id === openId}
          told=${told.get(c.id)} names=${names} lang=${lang} />`
      : html`<${Waiting} key=${"w" + i} index=${i} />`);
  }
  const current = list.rows.get(index);
  return html`<div class="listbox" role="listbox" tabindex="0" ref=${box} aria-label=${t("cases")} aria-multiselectable="true"
    aria-busy=${list.state === "loading" ? "true" : "false"} aria-activedescendant=${current && index >= from && index < seen.to ? "row-" + current.id : null}
    onScroll=${look} onKeyDown=${(/** @type {KeyboardEvent} */ e) => onKeyDown(e, Math.floor((box.current?.clientHeight ?? row) / row))}
    onClick=${onClick} onMouseOver=${onOver} onMouseLeave=${() => hovered.set({ id: "", from: "" })}>
    <div class=${ids.size > 0 ? "tall picking" : "tall"} role="presentation"><div ref=${hold} role="presentation">${rows}</div></div>
    ${list.total > MOST && html`<p class="muted small over">${t("list_ends", { n: MOST.toLocaleString() })}</p>`}
  </div>`;
}
