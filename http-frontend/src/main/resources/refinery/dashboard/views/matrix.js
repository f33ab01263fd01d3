// The matrix of a survey: a row for each sample, a column for each step. Of 10,000 rows only those in sight are in the page.
import {html, useEffect, useLayoutEffect, useRef, useState} from '../lib/html.js';
import {get} from '../lib/api.js';
import {count} from '../lib/format.js';
import {useLive} from '../lib/live.js';
import {navigate, useQuery} from '../lib/router.js';
import {BATCH_STATES, State} from '../lib/states.js';
import {Empty, Loading, Problem} from '../lib/ui.js';

const ROW = 26;
const AHEAD = 10;
const PAGE = 1000;
// Milliseconds between two drawings of pages that come, and between two readings of all pages.
const PACE = 500;
const REREAD = 15000;

// state of a cell: class, glyph and words. Each has its own glyph: colour is never the only sign.
const CELLS = {
  succeeded: ['good', '✓', 'succeeded'], failed: ['bad', '✕', 'failed'], skipped: ['gone', '–', 'not needed'], not_reached: ['idle', '·', 'not reached'],
  running: ['busy', '▶', 'running'], queued: ['idle', '◌', 'queued'], waiting: ['wait', '◔', 'waiting'], cancelled: ['gone', '⊘', 'cancelled'],
  unplaceable: ['bad', '⊠', 'unplaceable'], none: ['none', '', 'no job yet'],
};

const NOTHING = {rows: [], steps: [], totals: new Map(), done: false};

/**
 * All pages of a matrix, the first ones shown as they come. Later only pages in sight are read again, and only if a
 * batch of theirs has changed; what was found since comes in front. {rows, steps, totals, error, done, see}
 */
function useMatrix(id, state) {
  const [found, setFound] = useState(NOTHING);
  const holder = useRef(null);
  useEffect(() => {
    const pages = (holder.current = new Pages(id, state, setFound));
    setFound(NOTHING);
    pages.readAll();
    return () => pages.stop.abort();
  }, [id, state]);
  useLive({kind: 'batch'}, news => holder.current?.changed(news), {throttle: 4000, survey: id});
  return {...found, see: (first, last) => holder.current?.see(first, last)};
}

class Pages {
  constructor(id, state, show) {
    Object.assign(this, {id, state, show, pages: [], sight: [0, 0], stop: new AbortController(), busy: false, readAt: 0});
  }

  async guarded(work) {
    if (this.busy) return;
    this.busy = true;
    let failed = null;
    try {
      await work();
    } catch (error) {
      failed = error;
      if (error.name !== 'AbortError') this.show(old => ({...old, error}));
    }
    this.busy = false;
    // What changed meanwhile.
    if (!failed) this.refresh();
  }

  async page(cursor, limit = PAGE) {
    const page = await get(`/surveys/${this.id}/matrix`, {query: {limit, state: this.state, cursor}, signal: this.stop.signal});
    const items = page.items.map(item => ({...item, steps: item.steps && new Map(item.steps.map((each, i) => [page.steps[i], each]))}));
    return {cursor, limit, items, steps: page.steps, sums: sums(items, page.steps), next: page.next, ids: new Set(items.map(item => item.batch_id)), stale: false};
  }

  /** Of very many pages the first is drawn at once, the others as they come, but not one by one. */
  readAll() {
    return this.guarded(async () => {
      const fresh = [];
      const first = this.pages.length === 0;
      let drawn = -PACE;
      do {
        fresh.push(await this.page(fresh.at(-1)?.next));
        if (first && performance.now() - drawn >= PACE) {
          this.draw([...fresh]);
          drawn = performance.now();
        }
      } while (fresh.at(-1).next);
      this.draw(fresh);
      this.readAt = performance.now();
    });
  }

  draw(pages) {
    this.pages = pages;
    const totals = new Map();
    pages.forEach(page => page.sums.forEach(({good, bad}, column) => {
      const sum = totals.get(column) || {good: 0, bad: 0};
      totals.set(column, {good: sum.good + good, bad: sum.bad + bad});
    }));
    const steps = [...totals.keys()].filter(column => column !== 'download');
    this.show({rows: pages.flatMap(page => page.items), steps, totals, done: !pages.at(-1)?.next, error: null});
  }

  see(first, last) {
    this.sight = [first, last];
    this.refresh();
  }

  changed({changed, more}) {
    const known = change => this.pages.some(page => page.ids.has(change.id));
    if (more || changed.some(change => !known(change))) this.foreign = true;
    this.pages.forEach(page => {
      page.stale ||= more || changed.some(change => page.ids.has(change.id));
    });
    this.refresh();
  }

  refresh() {
    const stale = [];
    let from = 0;
    this.pages.forEach(page => {
      const to = from + page.items.length;
      if (page.stale && from <= this.sight[1] && to >= this.sight[0]) stale.push(page);
      from = to;
    });
    if (!this.pages[0] || stale.length === 0 && !this.foreign) return undefined;
    return this.guarded(async () => {
      if (this.foreign) {
        this.foreign = false;
        await this.readFront();
      }
      let moved = false;
      for (const page of stale) {
        const fresh = await this.page(page.cursor, page.limit);
        moved ||= fresh.items.length !== page.items.length || fresh.items.some(item => !page.ids.has(item.batch_id));
        this.pages = this.pages.map(each => (each === page ? fresh : each));
      }
      this.draw(this.pages);
      if (moved) this.readAgain();
    });
  }

  /** The samples that were found since come in front, as pages of their own: the others need not be read again. */
  async readFront() {
    const known = item => this.pages.some(page => page.ids.has(item.batch_id));
    const front = [];
    for (;;) {
      const cursor = front.at(-1)?.next;
      const page = await this.page(cursor);
      const at = page.items.findIndex(known);
      if (at < 0) front.push(page);
      else if (at > 0) {
        const fresh = await this.page(cursor, at);
        // Another was found in between, which pushed one over the end of what was asked for.
        if (fresh.items.at(-1)?.batch_id !== page.items[at - 1].batch_id) continue;
        front.push(fresh);
      }
      if (at < 0 && !page.next) {
        this.pages = front;
        return;
      }
      if (at >= 0) break;
    }
    if (front.length > 0) {
      this.pages[0].cursor = front.at(-1).next;
      this.pages = [...front, ...this.pages];
    }
  }

  /** Reads all again, where rows have left or come elsewhere; seldom, for it may be a hundred pages. */
  readAgain() {
    this.again ??= setTimeout(() => {
      this.again = null;
      if (this.stop.signal.aborted) return;
      if (this.busy) this.readAgain();
      else this.readAll();
    }, Math.max(PACE, this.readAt + REREAD - performance.now()));
  }
}

/** The cells of a row: [{column, span, state, job, why}]. */
function cellsOf(row, steps) {
  const cells = [{column: 'download', span: 1, state: row.download?.state ?? 'none', job: row.download?.id, why: row.download?.failed_at}];
  const job = row.process;
  if (!row.steps) return [...cells, {column: 'process', span: Math.max(1, steps.length), state: job?.state ?? 'none', job: job?.id}];
  return [...cells, ...steps.map(step => ({column: step, span: 1, state: row.steps.get(step) ?? 'not_reached', job: job.id,
    why: step === job.failed_at ? job.failure_class : undefined}))];
}

/** How many of each column stand how. */
function sums(rows, steps) {
  const all = new Map(['download', ...steps].map(column => [column, {good: 0, bad: 0}]));
  for (const row of rows) {
    for (const cell of cellsOf(row, steps)) {
      const sum = all.get(cell.column);
      if (sum && cell.state === 'succeeded') sum.good++;
      if (sum && cell.state === 'failed') sum.bad++;
    }
  }
  return all;
}

export function Matrix({id}) {
  const [query, set] = useQuery();
  const state = query.mstate || '';
  const found = useMatrix(id, state);
  const frame = useRef(null);
  const [view, setView] = useState({top: 0, height: 480});
  const [active, setActive] = useState([0, 0]);
  const {rows, steps, totals} = found;
  useLayoutEffect(() => {
    const element = frame.current;
    if (!element) return undefined;
    const measure = () => setView({top: element.scrollTop, height: element.clientHeight});
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [rows.length > 0]);

  const first = Math.max(0, Math.floor(view.top / ROW) - AHEAD);
  const last = Math.min(rows.length, Math.ceil((view.top + view.height) / ROW) + AHEAD);
  useEffect(() => found.see(first, last), [first, last]);
  const go = (row, cell) => {
    const r = Math.max(0, Math.min(rows.length - 1, row));
    const cells = cellsOf(rows[r], steps);
    setActive([r, Math.max(0, Math.min(cells.length, cell))]);
    const element = frame.current;
    if (r * ROW < element.scrollTop) element.scrollTop = r * ROW;
    else if ((r + 2) * ROW > element.scrollTop + element.clientHeight - ROW) element.scrollTop = (r + 3) * ROW - element.clientHeight;
  };
  const keys = event => {
    const [r, c] = active;
    const page = Math.max(1, Math.floor(view.height / ROW) - 3);
    const move = {ArrowDown: [r + 1, c], j: [r + 1, c], ArrowUp: [r - 1, c], k: [r - 1, c], ArrowRight: [r, c + 1], ArrowLeft: [r, c - 1],
      PageDown: [r + page, c], PageUp: [r - page, c], Home: [0, c], End: [rows.length - 1, c]}[event.key];
    if (event.key === 'Enter' && !event.target.closest('a')) {
      const cell = c === 0 ? null : cellsOf(rows[r], steps)[c - 1];
      navigate(cell?.job ? '/jobs/' + cell.job : '/batches/' + rows[r].batch_id);
    } else if (move && !event.metaKey && !event.ctrlKey && !event.altKey) go(...move);
    else return;
    event.preventDefault();
  };

  const columns = ['download', ...(steps.length ? steps : ['process'])];
  return html`
    <div class="matrix-head">
      <label class="inline"><span>Batches</span> <select value=${state} onChange=${event => set({mstate: event.target.value})}>
        <option value="">all</option>${BATCH_STATES.map(each => html`<option value=${each}>${each}</option>`)}</select></label>
      <span class="muted" role="status">${count(rows.length)} samples${found.done ? '' : ', more are read'}</span>
      <ul class="legend">${['succeeded', 'failed', 'running', 'waiting', 'queued', 'not_reached', 'skipped', 'cancelled'].map(each => html`<li><span class=${'cell ' + CELLS[each][0]} aria-hidden="true">${CELLS[each][1]}</span>${CELLS[each][2]}</li>`)}</ul>
    </div>
    ${found.error && html`<${Problem} error=${found.error} />`}
    ${rows.length === 0 ? (found.done ? html`<${Empty} title=${state ? `No batch of it is ${state}` : 'It has found no batch yet'} />` : !found.error && html`<${Loading} what="Reading the matrix" />`) : html`
    <div class="matrix" ref=${frame} onScroll=${event => setView({top: event.currentTarget.scrollTop, height: event.currentTarget.clientHeight})}>
      <table role="grid" aria-label="Samples and steps" aria-rowcount=${rows.length + 1} tabindex="0" data-keys="matrix" aria-activedescendant=${`cell-${active[0]}-${active[1]}`} onKeyDown=${keys}>
        <thead><tr role="row"><th scope="col">Sample</th><th scope="col">State</th>
          ${columns.map(column => html`<th scope="col" class="step"><span class="step-name" title=${column}>${column}</span>
            <span class="step-sum">${totals.get(column)?.bad > 0 ? html`<b class="bad-text">✕ ${count(totals.get(column).bad)}</b>` : html`<span class="muted">✓ ${count(totals.get(column)?.good ?? 0)}</span>`}</span></th>`)}
        </tr></thead>
        <tbody>
          ${first > 0 && html`<tr key="before" aria-hidden="true" style=${{height: first * ROW + 'px'}}></tr>`}
          ${rows.slice(first, last).map((row, i) => html`<${Row} key=${row.batch_id} row=${row} index=${first + i} steps=${steps} active=${active[0] === first + i ? active[1] : -1} />`)}
          ${last < rows.length && html`<tr key="after" aria-hidden="true" style=${{height: (rows.length - last) * ROW + 'px'}}></tr>`}
        </tbody>
      </table>
    </div>`}`;
}

function open(event, to) {
  if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  navigate(to);
}

function Row({row, index, steps, active}) {
  const batch = '/batches/' + row.batch_id;
  return html`<tr role="row" aria-rowindex=${index + 2}>
    <th scope="row" id=${`cell-${index}-0`} class=${active === 0 ? 'at' : ''}><a tabindex="-1" href=${batch} onClick=${event => open(event, batch)}>${row.key}</a></th>
    <td class="states"><${State} value=${row.state} compact />${row.quality && html` <${State} value=${row.quality} compact />`}</td>
    ${cellsOf(row, steps).map((cell, c) => {
      const [tone, glyph, words] = CELLS[cell.state] || CELLS.none;
      const to = cell.job ? '/jobs/' + cell.job : batch;
      const name = `${row.key}, ${cell.column}: ${words}${cell.why ? ' (' + cell.why + ')' : ''}`;
      return html`<td key=${cell.column} id=${`cell-${index}-${c + 1}`} colspan=${cell.span} class=${active === c + 1 ? 'at' : ''}>
        <a tabindex="-1" class=${'cell ' + tone} href=${to} title=${name} aria-label=${name} onClick=${event => open(event, to)}>${glyph}${cell.span > 1 && html` <span class="words">${words}</span>`}</a></td>`;
    })}
  </tr>`;
}

export const routes = [];
