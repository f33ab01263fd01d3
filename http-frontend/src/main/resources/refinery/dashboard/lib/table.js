// Lists of any length: only the rows in sight are in the page; pages of the list are read as they come near.
import {html, useCallback, useEffect, useLayoutEffect, useMemo, useReducer, useRef, useState} from './html.js';
import {address, get, pages} from './api.js';
import {navigate, useQuery} from './router.js';
import {count} from './format.js';
import {useLive} from './live.js';
import {Empty, Loading, Problem, useElementId} from './ui.js';

const ROW = 37;
const AHEAD = 8;
// The rows that are drawn change only when this many have been scrolled by.
const STEP = 6;
const FIRST = 100;
const PAGE = 200;
const MORE = 1000;
const SPARE = 10;
const TURN = 8;
const KEPT = 12;
const ORDER = new Intl.Collator('en', {numeric: true});

// Lists that were read, by their address, so that coming back shows them at once and where they were.
const kept = new Map();

function keep(key, list) {
  kept.delete(key);
  kept.set(key, list);
  if (kept.size > KEPT) kept.delete(kept.keys().next().value);
}

/**
 * A table.
 * columns: [{key, title, render(row), text(row), sort: true or a function of the row, width (CSS), align: 'end', wide: true
 *   (not on a phone)}]; text is what is exported, by default row[key].
 * source: rows; or {path, query} of the API's lists.
 * rowKey: function of a row or its key's name; onOpen: function of a row, or to: row => path; live: a filter of useLive
 *   upon which the pages in sight are read again; selection: of useSelection(); exportName: file name without extension;
 * onRows: called with the rows each time that they were read; lag: milliseconds by which the source follows the events, so that it is read again then; total: how many there are, if known; empty: what stands there when there is none; height: CSS of the list's frame.
 */
export function Table({columns, source, rowKey = 'id', onOpen, to, live, lag, onRows, selection, exportName, total, empty, label = 'List', height, sortParameter = 'sort'}) {
  const keyOf = typeof rowKey === 'function' ? rowKey : row => row[rowKey];
  const list = useList(source, keyOf, live, lag);
  const [query, setQuery] = useQuery();
  const sort = query[sortParameter] || '';
  // The head shows at once how it is sorted; the rows follow once that has been painted.
  const [order, setOrder] = useState(sort);
  useEffect(() => setOrder(sort), [sort]);
  // A part of a list that is sorted would look like the whole, and jump with each page that comes.
  const rows = useMemo(() => sorted(list.rows, columns, list.done ? order : ''), [list.rows, list.version, list.done, order]);
  useLayoutEffect(() => onRows?.(list.rows), [list.key, list.version]);
  const open = useCallback(row => (onOpen ? onOpen(row) : to && navigate(to(row))), [onOpen, to]);
  const frame = useRef(null);
  const [view, setView] = useState({top: stepped(list.state.top || 0), height: list.state.height || 600});
  const [active, setActive] = useState(list.state.active ?? null);
  const id = useElementId();
  // What is new is drawn as far as it is in sight first, with the rows around it once that has been painted.
  const shown = `${list.key} ${order}`;
  const [painted, setPainted] = useState(null);
  const ahead = painted === shown ? AHEAD : 0;
  useEffect(() => setPainted(shown), [shown]);

  // The same view as before is not drawn again.
  const look = element => {
    const top = stepped(element.scrollTop);
    const height = (list.state.height = element.clientHeight);
    setView(old => (old.top === top && old.height === height ? old : {top, height}));
  };

  // Its width is measured once laid out; where it was scrolled to is taken up again.
  useLayoutEffect(() => {
    const element = frame.current;
    if (!element) return undefined;
    element.scrollTop = list.state.top || 0;
    const measure = () => look(element);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [list.key, rows.length > 0]);

  // The last event may come after the page was left.
  const scrolled = () => {
    const element = frame.current;
    if (!element) return;
    list.state.top = element.scrollTop;
    seeFirst(element);
    look(element);
  };

  // Which row is the first in sight: it stays so when others come before it, but at the list's very beginning.
  const seeFirst = element => {
    const at = Math.floor(element.scrollTop / ROW);
    list.state.first = at > 0 && at < rows.length ? {key: keyOf(rows[at]), at, order} : null;
  };
  useLayoutEffect(() => {
    const element = frame.current;
    const before = list.state.first;
    if (!element || !before || before.order !== order) return;
    if (before.at < rows.length && keyOf(rows[before.at]) === before.key) return;
    const at = rows.findIndex(row => keyOf(row) === before.key);
    if (at >= 0) {
      element.scrollTop += (at - before.at) * ROW;
      list.state.top = element.scrollTop;
    }
    seeFirst(element);
    look(element);
  }, [rows]);

  const first = Math.min(rows.length, Math.max(0, Math.floor(view.top / ROW) - ahead));
  const last = Math.min(rows.length, Math.ceil((view.top + view.height) / ROW) + STEP + ahead);
  useEffect(() => {
    list.see(first, last, rows === list.rows ? null : rows);
    if (last >= rows.length - PAGE / 2) list.more();
  }, [first, last, rows, list.done, list.key]);

  const choose = index => {
    if (rows.length === 0) return;
    const at = Math.max(0, Math.min(rows.length - 1, index));
    const key = keyOf(rows[at]);
    list.state.active = key;
    setActive(key);
    const element = frame.current;
    const head = ROW;
    if (at * ROW < element.scrollTop) element.scrollTop = at * ROW;
    else if ((at + 1) * ROW + head > element.scrollTop + element.clientHeight) element.scrollTop = (at + 1) * ROW + head - element.clientHeight;
  };

  const keys = event => {
    if (event.target.closest('input, select, textarea, button') || event.metaKey || event.ctrlKey || event.altKey) return;
    const at = rows.findIndex(row => keyOf(row) === active);
    const page = Math.max(1, Math.floor(view.height / ROW) - 2);
    const steps = {
      j: () => choose(at + 1), ArrowDown: () => choose(at + 1), k: () => choose(at - 1), ArrowUp: () => choose(at - 1),
      PageDown: () => choose(at + page), PageUp: () => choose(at - page), Home: () => choose(0), End: () => choose(rows.length - 1),
      Enter: () => (event.target.closest('a') ? null : at >= 0 && open(rows[at])),
      x: () => selection && at >= 0 && selection.toggle(active),
      X: () => selection && at >= 0 && selection.toggle(active, true, rows.map(keyOf)),
    };
    const step = steps[event.key];
    if (!step || (event.key === 'Enter' && event.target.closest('a'))) return;
    event.preventDefault();
    step();
  };

  if (list.error && rows.length === 0) return html`<${Problem} error=${list.error} again=${list.reload} />`;
  if (list.loading && rows.length === 0) return html`<${Loading} />`;
  if (rows.length === 0) return empty || html`<${Empty} />`;
  const opens = Boolean(onOpen || to);
  return html`
    <div class="table">
      <div class="table-frame" ref=${frame} onScroll=${scrolled} style=${{maxHeight: height || '70vh'}}>
        <table role="grid" aria-label=${label} aria-rowcount=${list.done ? rows.length + 1 : -1} tabindex="0" data-keys="rows"
          aria-activedescendant=${active !== null ? `${id}-${active}` : undefined} onKeyDown=${keys}>
          <thead><tr role="row">
            ${selection && html`<th scope="col" class="pick"><input type="checkbox" aria-label="Select all that are loaded"
              checked=${rows.length > 0 && rows.every(row => selection.has(keyOf(row)))}
              onChange=${event => selection.setAll(rows.map(keyOf), event.target.checked)} /></th>`}
            ${columns.map(column => html`<${Head} column=${column} sort=${sort} done=${list.done}
              onSort=${value => setQuery({[sortParameter]: value}, {replace: true})} />`)}
          </tr></thead>
          <tbody>
            ${first > 0 && html`<tr key="before" aria-hidden="true" class="space" style=${{height: first * ROW + 'px'}}></tr>`}
            ${rows.slice(first, last).map((row, i) => {
              const key = keyOf(row);
              return html`<tr key=${key} id=${`${id}-${key}`} role="row" aria-rowindex=${first + i + 2} aria-selected=${selection ? selection.has(key) : key === active}
                  class=${`${key === active ? 'active' : ''} ${opens ? 'opens' : ''}`}
                  onClick=${event => { if (event.target.closest('a, button, input, summary')) return; list.state.active = key; setActive(key); if (opens && !getSelection()?.toString()) open(row); }}>
                ${selection && html`<td role="gridcell" class="pick"><input type="checkbox" aria-label=${'Select ' + key} checked=${selection.has(key)} onClick=${event => selection.toggle(key, event.shiftKey, rows.map(keyOf))} /></td>`}
                ${columns.map(column => html`<td key=${column.key} role="gridcell" class=${`${column.align === 'end' ? 'number' : ''} ${column.wide ? 'wide' : ''}`}>${column.render ? column.render(row) : row[column.key] ?? '–'}</td>`)}
              </tr>`;
            })}
            ${last < rows.length && html`<tr key="after" aria-hidden="true" class="space" style=${{height: (rows.length - last) * ROW + 'px'}}></tr>`}
          </tbody>
        </table>
      </div>
      <footer class="table-foot">
        <span role="status">${count(rows.length)}${total !== undefined && total > rows.length ? ` of ${count(total)}` : ''}${list.done ? '' : ' loaded, more as you scroll'}${selection?.size > 0 ? `, ${count(selection.size)} selected` : ''}</span>
        ${list.error && html`<span class="bad-text">${list.error.detail || list.error.message}</span>`}
        ${exportName && html`<${Export} list=${list} rows=${rows} columns=${columns} name=${exportName} />`}
      </footer>
    </div>`;
}

const stepped = top => top - (top % (ROW * STEP));

const LATER = 'Can be sorted once all rows are loaded: scroll to the end';

function Head({column, sort, done, onSort}) {
  const asked = sort === column.key ? 'ascending' : sort === '-' + column.key ? 'descending' : undefined;
  const way = done ? asked : undefined;
  const next = way === 'ascending' ? '-' + column.key : asked ? '' : column.key;
  return html`<th scope="col" class=${`${column.align === 'end' ? 'number' : ''} ${column.wide ? 'wide' : ''}`} aria-sort=${way} title=${column.sort && !done ? LATER : undefined} style=${column.width ? {width: column.width} : undefined}>
    ${column.sort && (done || asked) ? html`<button type="button" class="sort" onClick=${() => onSort(next)}>${column.title}<span aria-hidden="true">${way === 'ascending' ? ' ▲' : way === 'descending' ? ' ▼' : ''}</span>${asked && !done ? ' (not yet) ✕' : ''}</button>` : column.title}</th>`;
}

function sorted(rows, columns, sort) {
  const column = columns.find(each => each.sort && (sort === each.key || sort === '-' + each.key));
  if (!column) return rows;
  const value = typeof column.sort === 'function' ? column.sort : row => row[column.key];
  const way = sort.startsWith('-') ? -1 : 1;
  return rows.map(row => [value(row), row]).sort(([x], [y]) => {
    if (x === y) return 0;
    if (x === null || x === undefined) return 1;
    if (y === null || y === undefined) return -1;
    return way * (typeof x === 'number' && typeof y === 'number' ? x - y : ORDER.compare(x, y));
  }).map(([, row]) => row);
}

/** The rows of a source with what reads them further. */
function useList(source, keyOf, live, lag) {
  const [, draw] = useReducer(n => n + 1, 0);
  const local = Array.isArray(source);
  const key = local ? null : address(source.path, source.query);
  const holder = useRef(null);
  const own = useRef({});
  if (!local && holder.current?.key !== key) {
    holder.current = kept.get(key) || new PagedList(key, keyOf);
    keep(key, holder.current);
  }
  const paged = local ? null : holder.current;
  if (paged) paged.keyOf = keyOf;
  useLayoutEffect(() => {
    if (!paged) return undefined;
    const listener = () => draw();
    paged.listeners.add(listener);
    if (paged.pages.length === 0) paged.more();
    else paged.refresh();
    return () => paged.listeners.delete(listener);
  }, [paged]);
  const later = useRef(null);
  // Once what is behind must have come; while nothing has, again.
  const look = () => {
    clearTimeout(later.current);
    if (paged && lag) later.current = setTimeout(() => document.hidden ? look() : paged.refresh().then(() => paged.rows.length === 0 && !paged.error && paged.listeners.size > 0 && look()), lag);
  };
  useEffect(() => {
    look();
    return () => clearTimeout(later.current);
  }, [paged]);
  useLive(live ?? (() => false), () => {
    if (!paged || !live) return;
    paged.refresh();
    look();
  }, {throttle: lag ? 5000 : 2000});
  if (local) {
    return {key: 'rows', rows: source, version: 0, done: true, error: null, loading: false, state: own.current, more() {}, see() {}, reload() {}, all: async () => source};
  }
  return {
    key, rows: paged.rows, version: paged.version, done: paged.done, error: paged.error, loading: paged.loading || paged.pages.length === 0 && !paged.error,
    state: paged.state, more: () => paged.more(), see: (first, last, order) => paged.see(first, last, order),
    reload: () => (paged.pages.length > 0 ? paged.refresh() : paged.again()), all: () => paged.all(),
  };
}

/** A list that is read by pages: load(cursor, limit) => {items, next}. */
export class PagedList {
  constructor(key, keyOf, load = (cursor, limit) => get(key, {query: {limit, cursor}})) {
    this.key = key;
    this.load = load;
    this.keyOf = keyOf;
    this.pages = [];
    this.rows = [];
    this.version = 0;
    this.done = false;
    this.loading = false;
    this.error = null;
    this.listeners = new Set();
    this.state = {};
    this.sight = [0, 0];
    this.seen = null;
    this.turn = 0;
  }

  changed() {
    this.rows = this.pages.flatMap(page => page.items);
    this.version++;
    this.listeners.forEach(listener => listener());
  }

  /** Which rows are in sight; order: all rows as they are sorted, unless they stand as they were read. */
  see(first, last, order = null) {
    this.sight = [first, last];
    this.seen = order && new Set(order.slice(first, last).map(this.keyOf));
  }

  async more() {
    if (this.loading || this.done || this.error) return;
    this.loading = true;
    let stale = false;
    try {
      const before = this.pages.at(-1);
      const cursor = before?.next;
      const page = await this.load(cursor, this.pages.length === 0 ? FIRST : this.pages.length < 5 ? PAGE : MORE);
      // It may have been cut off meanwhile: then what follows is another page.
      stale = this.pages.at(-1) !== before || before?.next !== cursor;
      if (!stale) {
        const known = new Set(this.pages.flatMap(each => each.items).map(this.keyOf));
        this.pages.push({cursor, items: page.items.filter(row => !known.has(this.keyOf(row))), next: page.next});
        this.done = !page.next;
      }
    } catch (error) {
      this.error = error;
    }
    this.loading = false;
    this.changed();
    if (stale) await this.more();
  }

  /** After an error. */
  async again() {
    this.error = null;
    await this.more();
  }

  /** Reads the pages in sight again. Rows keep their places; new ones of the first page come in front. */
  async refresh() {
    // What happens while it reads may be missing in what it reads.
    this.wanted = this.pages.length > 0;
    if (this.refreshing || !this.wanted) return;
    this.refreshing = true;
    try {
      while (this.wanted) {
        this.wanted = false;
        await this.readAgain();
      }
      this.error = null;
    } catch (error) {
      this.error = error;
    }
    this.refreshing = false;
    this.changed();
  }

  async readAgain() {
    for (const page of this.seen ? this.sorted() : this.unsorted()) if (this.pages.includes(page)) await this.readPage(page);
  }

  unsorted() {
    let to = 0;
    return this.pages.filter(page => {
      const from = to;
      to += page.items.length;
      return from <= this.sight[1] && to >= this.sight[0];
    });
  }

  /** Rows in sight may be of any page then: of many, some have their turn. */
  sorted() {
    const inSight = this.pages.filter((page, i) => i === 0 || page.items.some(row => this.seen.has(this.keyOf(row))));
    const begin = inSight.length > TURN ? this.turn++ * TURN % inSight.length : 0;
    return inSight.slice(begin, begin + TURN);
  }

  async readPage(page) {
    // A first page that has grown is made short where nobody looks beyond.
    if (page === this.pages[0] && page.items.length > 2 * PAGE && this.sight[1] <= FIRST && !this.seen && !this.state.first) return this.cut(0, await this.load(page.cursor, FIRST));
    // Some may have come at its end, before the next page; some of it the page before may have taken.
    const wanted = page.items.length + (page.taken || 0) + (page === this.pages.at(-1) ? 0 : SPARE);
    let fresh = await this.load(page.cursor, Math.min(MORE, Math.max(FIRST, wanted)));
    // More came than that: who is not at the list's beginning keeps his place.
    while (fresh.next && this.state.first && fresh.items.length < MORE && !this.meets(page, fresh.items)) {
      const further = await this.load(fresh.next, MORE);
      fresh = {items: [...fresh.items, ...further.items], next: further.next};
    }
    this.take(page, fresh);
  }

  /** Whether what was read goes on as the page or those after it do, with the reader's own row. */
  meets(page, items) {
    const keys = new Set(items.map(this.keyOf));
    const old = page.items.map(this.keyOf);
    if (old.includes(this.keyOf(items.at(-1))) || keys.has(this.state.first.key)) return true;
    return !old.includes(this.state.first.key) && this.pages.slice(this.pages.indexOf(page)).some(other => other.items.some(row => keys.has(this.keyOf(row))));
  }

  /** Puts what was read anew where the page was: no row twice, none left out, none that has left the list. */
  take(page, {items, next}) {
    const at = this.pages.indexOf(page);
    if (at < 0) return;
    const keysOf = others => new Set(others.flatMap(other => other.items.map(this.keyOf)));
    const earlier = keysOf(this.pages.slice(0, at));
    const fresh = {items: items.filter(row => !earlier.has(this.keyOf(row))), next};
    page.taken = items.length - fresh.items.length;
    if (!next) return this.cut(at, fresh);
    const later = keysOf(this.pages.slice(at + 1));
    const end = page.items.findIndex(row => this.keyOf(row) === this.keyOf(items.at(-1)));
    const over = fresh.items.findIndex(row => later.has(this.keyOf(row)));
    if (end >= 0) this.push(at, fresh, page.items.slice(end + 1));
    // Some have left, so it reaches into the next page.
    else if (over >= 0) page.items = fresh.items.slice(0, over);
    // More came than a page holds, or it was the last: what follows is read again as it comes near.
    else this.cut(at, fresh);
  }

  /** What came in front has pushed the rest over the end. A page that grows too large is cut where nobody looks, or parted. */
  push(at, fresh, rest) {
    const page = this.pages[at];
    const before = this.pages.slice(0, at).reduce((sum, other) => sum + other.items.length, 0);
    if (rest.length === 0 && at === this.pages.length - 1) this.cut(at, fresh);
    else if (fresh.items.length + rest.length <= MORE) page.items = [...fresh.items, ...rest];
    else if (this.sight[1] <= before + fresh.items.length && !this.seen && !this.state.first) this.cut(at, fresh);
    else {
      this.pages.splice(at + 1, 0, {cursor: fresh.next, items: rest, next: page.next});
      Object.assign(page, fresh);
    }
  }

  cut(at, {items, next}) {
    this.pages.length = at + 1;
    Object.assign(this.pages[at], {items, next});
    this.done = !next;
  }

  async all() {
    if (this.done) return this.rows;
    const rows = [];
    for await (const page of pages(this.key)) rows.push(...page.items);
    return rows;
  }
}

const cellText = (column, row) => {
  const value = column.text ? column.text(row) : row[column.key];
  return value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);
};

/** A cell of CSV. What a spreadsheet would run as a formula is made a text. */
const quoted = text => {
  const safe = /^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text)) ? "'" + text : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

export const csv = (columns, rows) =>
  [columns.map(column => quoted(column.key)).join(','), ...rows.map(row => columns.map(column => quoted(cellText(column, row))).join(','))].join('\r\n') + '\r\n';

/** Gives the reader a file. */
export function download(name, type, text) {
  const href = URL.createObjectURL(new Blob([text], {type}));
  const anchor = document.createElement('a');
  anchor.href = href;
  anchor.download = name;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(href), 10000);
}

function Export({list, rows, columns, name}) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState(null);
  const give = async kind => {
    setBusy(true);
    setError(null);
    try {
      const all = list.done ? rows : await list.all();
      if (kind === 'csv') download(name + '.csv', 'text/csv', csv(columns, all));
      else download(name + '.json', 'application/json', JSON.stringify(all, null, 2));
    } catch (failed) {
      setError(failed);
    } finally {
      setBusy(false);
    }
  };
  return html`<span class="export">Export <button type="button" class="quiet small" disabled=${busy} onClick=${() => give('csv')}>CSV</button>
    <button type="button" class="quiet small" disabled=${busy} onClick=${() => give('json')}>JSON</button>
    ${error && html`<span class="bad-text" role="alert">nothing was exported: ${error.detail || error.message}</span>`}</span>`;
}

/**
 * What is selected: {ids, size, has, toggle, setAll, clear}. With shift, all from the one that was toggled last. filters:
 * of the list; what was chosen among others is chosen no more, as nobody would see it.
 */
export function useSelection(filters = {}) {
  const [chosen, setChosen] = useState(() => new Set());
  const last = useRef(null);
  const of = JSON.stringify(filters);
  const before = useRef(of);
  if (before.current !== of) {
    before.current = of;
    chosen.clear();
  }
  return {
    ids: [...chosen], size: chosen.size, has: key => chosen.has(key),
    toggle(key, range = false, order = []) {
      setChosen(old => {
        const next = new Set(old);
        const [from, to] = [order.indexOf(last.current), order.indexOf(key)].sort((a, b) => a - b);
        if (range && from >= 0) order.slice(from, to + 1).forEach(each => next.add(each));
        else if (!next.delete(key)) next.add(key);
        last.current = key;
        return next;
      });
    },
    setAll: (keys, on) => setChosen(old => {
      const next = new Set(old);
      keys.forEach(key => (on ? next.add(key) : next.delete(key)));
      return next;
    }),
    clear: () => setChosen(new Set()),
  };
}
