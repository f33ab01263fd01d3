// The log of a job, a part of its page: any line of it by number, however long it is; follows while it grows.
import {html, useCallback, useEffect, useLayoutEffect, useRef, useState} from '../lib/html.js';
import {address, get} from '../lib/api.js';
import {link, useQuery} from '../lib/router.js';
import {bytes, count} from '../lib/format.js';

const ROW = 24;
const CHUNK = 500;
const KEPT = 12000;
// Browsers cannot lay out more; a longer log is scrolled in larger steps.
const TALLEST = 12e6;
const POLL = 1000;

/** What is read of a line: without colours of terminals, and of a line that was written over its last form. */
const plain = text => {
  const bare = text.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, '');
  return bare.includes('\r') ? bare.split('\r').filter(part => part !== '').at(-1) || '' : bare;
};

const lineInAddress = () => Number((/^#L(\d+)$/.exec(location.hash) || [])[1] || 0);

/** The lines of a log that were read, by number, and how to get more. */
class Lines {
  constructor(path, query, changed) {
    Object.assign(this, {path, query, changed, known: new Map(), asked: new Set(), total: 0, info: {}, error: null, stopped: false});
  }

  take(answer) {
    if (this.info.attempt !== undefined && answer.attempt !== this.info.attempt) {
      this.known.clear();
      this.total = 0;
    }
    this.info = {attempt: answer.attempt, growing: answer.growing, bytes: answer.bytes};
    for (const item of answer.items) {
      this.known.set(item.line, {...item, text: plain(item.text)});
      if (item.line > this.total) this.total = item.line;
    }
    if (answer.lines !== null && answer.lines > this.total) this.total = answer.lines;
    for (const line of this.known.keys()) {
      if (this.known.size <= KEPT) break;
      this.known.delete(line);
    }
    this.error = null;
    this.changed();
  }

  async read(query) {
    try {
      const answer = await get(this.path, {query: {...this.query, ...query}});
      if (!this.stopped) this.take(answer);
    } catch (error) {
      if (!this.stopped) {
        this.error = error;
        this.changed();
      }
    }
  }

  /** Reads what is missing of these lines. */
  async see(first, last) {
    for (let chunk = Math.floor((first - 1) / CHUNK); chunk <= Math.floor((last - 1) / CHUNK); chunk++) {
      const from = chunk * CHUNK + 1;
      const to = Math.min(from + CHUNK - 1, this.total);
      let missing = 0;
      for (let line = Math.max(from, first); line <= Math.min(to, last); line++) if (!this.known.has(line)) missing = missing || line;
      if (missing && !this.asked.has(chunk)) {
        this.asked.add(chunk);
        await this.read({from_line: Math.max(from, Math.min(missing, to - 50)), lines: CHUNK});
        this.asked.delete(chunk);
      }
    }
  }
}

function useLines(path, attempt, onEnd) {
  const [version, setVersion] = useState(0);
  const ref = useRef(null);
  const key = `${path} ${attempt}`;
  const named = ref.current?.path === path && attempt && attempt === String(ref.current.info.attempt);
  // The attempt that is shown anyway was named.
  if (named) Object.assign(ref.current, {key, query: {attempt}});
  if (ref.current?.key !== key) {
    if (ref.current) ref.current.stopped = true;
    ref.current = new Lines(path, {attempt}, () => setVersion(old => old + 1));
    ref.current.key = key;
  }
  const lines = ref.current;
  useEffect(() => () => {
    lines.stopped = true;
  }, [lines]);
  return {lines, version};
}

export function Log({job}) {
  const [query, set] = useQuery();
  const path = `/jobs/${job.id}/log/lines`;
  const {lines, version} = useLines(path, query.attempt);
  const [marked, setMarked] = useState(lineInAddress);
  const [following, setFollowing] = useState(() => !lineInAddress());
  const frame = useRef(null);
  const [view, setView] = useState({top: 0, height: 400});
  const filtered = Boolean(query.q || query.step || query.stream);
  const tallness = Math.min(lines.total * ROW, TALLEST);
  const visible = Math.ceil(view.height / ROW);
  const scaled = lines.total * ROW > TALLEST;
  const perPixel = scaled ? (lines.total - visible + 1) / (TALLEST - view.height) : 1 / ROW;

  // First the line that the address names, else the end: there is why it failed, or what it does now.
  useLayoutEffect(() => {
    const line = lineInAddress();
    if (line) lines.read({from_line: Math.max(1, line - 100), lines: CHUNK}).then(() => lines.read({tail: 1}));
    else lines.read({tail: CHUNK});
  }, [lines]);

  const growing = lines.info.growing;
  useEffect(() => {
    if (!growing && !['queued', 'running', 'waiting'].includes(job.state)) return undefined;
    const timer = setInterval(() => document.hidden || lines.read({tail: following ? CHUNK : 1}), POLL);
    return () => clearInterval(timer);
  }, [lines, growing, following, job.state]);
  // A job that has ended may have written more since.
  useEffect(() => {
    if (lines.total > 0) lines.read({tail: CHUNK});
  }, [job.state]);

  const topOf = line => Math.max(0, (line - 1) / perPixel);
  const scrollTo = line => {
    if (frame.current) frame.current.scrollTop = topOf(Math.max(1, line - Math.floor(visible / 3)));
  };
  const placed = useRef(null);
  useLayoutEffect(() => {
    const element = frame.current;
    if (!element || lines.total === 0) return;
    if (marked && !(placed.current?.of === lines && placed.current.line === marked) && lines.total >= marked) {
      placed.current = {of: lines, line: marked};
      scrollTo(marked);
    } else if (following && !filtered) element.scrollTop = element.scrollHeight;
    // Drawn before the paint, not upon the event that says that it was scrolled.
    setView(old => (old.top === element.scrollTop ? old : {top: element.scrollTop, height: element.clientHeight}));
  }, [version, following, filtered, marked, lines]);
  useLayoutEffect(() => {
    const element = frame.current;
    if (!element) return undefined;
    const measure = () => setView({top: element.scrollTop, height: element.clientHeight});
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [filtered]);
  useEffect(() => {
    const changed = () => {
      placed.current = null;
      setMarked(lineInAddress());
      setFollowing(false);
    };
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);

  const scrolled = () => {
    const element = frame.current;
    if (!element) return;
    const atEnd = element.scrollTop + element.clientHeight >= element.scrollHeight - 2 * ROW;
    // A reader who scrolls away from the end stays there.
    if (!atEnd && element.scrollTop < view.top - 1) setFollowing(false);
    else if (atEnd && growing) setFollowing(true);
    setView({top: element.scrollTop, height: element.clientHeight});
  };
  const first = Math.max(1, Math.floor(view.top * perPixel) + 1 - (scaled ? 0 : 5));
  const last = Math.min(lines.total, first + visible + (scaled ? 0 : 12));
  useEffect(() => {
    // Not for what was drawn before it was scrolled to where it is now.
    if (!filtered && lines.total > 0 && frame.current?.scrollTop === view.top) lines.see(first, last);
  }, [first, last, lines, lines.total, filtered]);

  // A line's address names the attempt: after a retry the newest has other lines.
  const mark = (event, line, attempt = lines.info.attempt) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    placed.current = filtered ? null : {of: lines, line};
    set({q: '', step: '', stream: '', attempt}, {replace: !filtered});
    history.replaceState(history.state, '', `${location.pathname}${location.search}#L${line}`);
    setMarked(line);
    setFollowing(false);
  };
  const steps = [...new Set([...(job.steps || []).map(step => step.name), ...[...lines.known.values()].map(line => line.step)])].filter(step => step);
  const rows = [];
  for (let line = first; line <= last; line++) rows.push(lines.known.get(line) || {line, text: '', missing: true});
  const offset = scaled ? Math.min(view.top, tallness - rows.length * ROW) : (first - 1) * ROW;

  return html`<div class="log">
    <${Tools} job=${job} steps=${steps} growing=${growing} following=${following} onFollow=${() => setFollowing(!following)}
      note=${lines.total > 0 ? `${count(lines.total)} lines${lines.info.bytes ? `, ${bytes(lines.info.bytes)}` : ''}` : ''} />
    ${lines.error && html`<p class="bad-text" role="alert">${lines.error.detail || lines.error.message}</p>`}
    ${filtered ? html`<${Found} path=${path} query=${query} onLine=${mark} />`
      : html`<div class="log-frame" ref=${frame} onScroll=${scrolled} tabindex="0" role="log" aria-live="off" aria-label="Log">
        ${lines.total === 0 ? html`<p class="muted log-empty">${job.state === 'queued' ? 'It has not begun; its log appears here as soon as it does.' : 'No lines yet.'}</p>`
          : html`<div class="log-space" style=${{height: tallness + 'px'}}><div class="log-rows" style=${{transform: `translateY(${offset}px)`}}>
            ${rows.map(row => html`<${Row} key=${row.line} row=${row} attempt=${lines.info.attempt} marked=${row.line === marked} onLine=${mark} />`)}</div></div>`}
      </div>`}
  </div>`;
}

function Row({row, attempt, marked, onLine, needle}) {
  const ours = row.text.startsWith('== ');
  return html`<div class=${`log-row ${marked ? 'marked' : ''} ${ours ? 'ours' : ''}`} id=${'L' + row.line} title=${row.step || undefined}><a class="log-number" href=${link(location.pathname, {attempt}) + '#L' + row.line} aria-label=${'Line ' + row.line}
    onClick=${event => onLine(event, row.line, attempt)}>${row.line}</a><span class="log-text">${row.missing ? '…' : needle ? highlighted(row.text, needle) : row.text}${row.cut && html` <span class="muted">… cut, the download has all of it</span>`}</span></div>`;
}

function highlighted(text, needle) {
  const at = text.toLowerCase().indexOf(needle.toLowerCase());
  return at < 0 ? text : html`${text.slice(0, at)}<mark>${text.slice(at, at + needle.length)}</mark>${text.slice(at + needle.length)}`;
}

function Tools({job, steps, growing, following, onFollow, note}) {
  const [query, set] = useQuery();
  const [text, setText] = useState(query.q || '');
  useEffect(() => setText(query.q || ''), [query.q]);
  useEffect(() => {
    if (text === (query.q || '')) return undefined;
    const timer = setTimeout(() => set({q: text}, {replace: true}), 300);
    return () => clearTimeout(timer);
  }, [text]);
  const attempts = job.attempts.map(attempt => attempt.number);
  return html`<div class="log-tools" role="search" aria-label="Log">
    <input type="search" aria-label="Search the log" placeholder="Search the log" value=${text} spellcheck="false" onInput=${event => setText(event.target.value)} />
    <select aria-label="Step" value=${query.step || ''} onChange=${event => set({step: event.target.value}, {replace: true})}><option value="">all steps</option>
      ${[...new Set([...steps, ...(query.step ? [query.step] : [])])].map(step => html`<option value=${step}>${step}</option>`)}</select>
    <select aria-label="Stream" value=${query.stream || ''} onChange=${event => set({stream: event.target.value}, {replace: true})}><option value="">all streams</option>
      <option value="tool">tools' words</option><option value="refinery">commands and checks</option></select>
    ${attempts.length > 1 && html`<select aria-label="Attempt" value=${query.attempt || ''} onChange=${event => set({attempt: event.target.value}, {replace: true})}>
      <option value="">newest attempt</option>${attempts.map(number => html`<option value=${number}>attempt ${number}</option>`)}</select>`}
    ${growing && html`<button type="button" aria-pressed=${following} onClick=${onFollow}>${following ? '● Following' : '○ Follow'}</button>`}
    <a class="button" href=${address(`/jobs/${job.id}/log`)} download=${`${job.id}.log`}>Download</a>
    <span class="muted">${note}</span></div>`;
}

/** The lines that contain what is looked for, page by page. */
function Found({path, query, onLine}) {
  const [state, setState] = useState({items: [], next: 1, busy: false, error: null});
  const asked = {q: query.q, step: query.step, stream: query.stream, attempt: query.attempt};
  const key = JSON.stringify(asked);
  const current = useRef(key);
  const more = useCallback(async (items, from) => {
    setState(old => ({...old, items, busy: true}));
    try {
      const answer = await get(path, {query: {...asked, from_line: from, lines: CHUNK}});
      if (current.current !== key) return;
      setState({attempt: answer.attempt, items: [...items, ...answer.items.map(item => ({...item, text: plain(item.text)}))], next: answer.next, busy: false, error: null});
    } catch (error) {
      if (current.current === key) setState(old => ({...old, items, next: from, busy: false, error}));
    }
  }, [key, path]);
  useEffect(() => {
    current.current = key;
    more([], 1);
  }, [key, path]);
  return html`<div class="log-frame" tabindex="0" role="region" aria-label="Lines that were found">
    <p class="log-found" role="status">${count(state.items.length)} ${state.items.length === 1 ? 'line' : 'lines'} found${state.next ? ' so far' : ''}${state.busy ? ', looking…' : ''}</p>
    ${state.error && html`<p class="bad-text" role="alert">${state.error.detail || state.error.message}</p>`}
    ${state.items.slice(0, 5000).map(item => html`<${Row} key=${item.line} row=${item} attempt=${state.attempt} needle=${query.q} onLine=${onLine} />`)}
    ${state.next && !state.busy && html`<p class="log-found"><button type="button" class="small" onClick=${() => more(state.items, state.next)}>Look on</button></p>`}
  </div>`;
}

export const routes = [];
