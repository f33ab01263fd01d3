// What can be done, each with the same as a curl line and as a command.
import {html, useRef, useState} from './html.js';
import {address, get, send} from './api.js';
import {Copy, Dialog} from './ui.js';
import {count} from './format.js';
import {Link} from './router.js';
import {State} from './states.js';

/** A word for a POSIX shell, quoted where a shell would read more into it. */
export const shell = word => (/^[\w@%+:,./-][\w@%+=:,./-]*$/.test(word) ? String(word) : `'${String(word).replaceAll("'", `'\\''`)}'`);

/** A command line of refinery with these words. */
export const refinery = (...words) => ['refinery', ...words].map(shell).join(' ');

/** A name and a value as one word of a command. */
export const pair = (name, value) => `${name}=${typeof value === 'object' ? JSON.stringify(value) : value}`;

/** The request as a line for a shell; the token stays a variable. */
export function curl(method, path, body) {
  const parts = ['curl', ...(method === 'GET' ? [] : ['-X', method]), '-H', '"Authorization: Bearer $REFINERY_TOKEN"'];
  if (body !== undefined) parts.push('-H', "'Content-Type: application/json'", '-d', shell(JSON.stringify(body)));
  return [...parts, shell(location.origin + address(path))].join(' ');
}

/** The request in the two ways to do it elsewhere. */
export function Elsewhere({method, path, body, cli}) {
  const line = curl(method, path, body);
  return html`<div class="elsewhere">
    <div><span class="muted">as curl</span><code>${line}</code><${Copy} text=${line} /></div>
    <div><span class="muted">as command</span><code>${cli}</code><${Copy} text=${cli} /></div>
  </div>`;
}

/**
 * A button that does a request, and says what came of it. Beside it opens how to do it elsewhere. confirm: text or
 * element that is asked first; onDone(answer); danger: it takes something away.
 */
export function Action({label, method = 'POST', path, body, cli, confirm, onDone, danger = false, primary = false, disabled = false, title}) {
  const [state, setState] = useState({});
  const [asking, setAsking] = useState(false);
  const [lines, setLines] = useState(false);
  const act = async () => {
    setAsking(false);
    setState({busy: true});
    try {
      const answer = await send(method, path, body);
      setState({done: true});
      onDone?.(answer);
    } catch (error) {
      setState({error});
    }
  };
  const kind = danger ? 'danger' : primary ? 'primary' : '';
  return html`<span class="action">
    <span class="split"><button type="button" class=${kind} disabled=${disabled || state.busy} title=${title} onClick=${() => (confirm ? setAsking(true) : act())}>${label}</button><button
      type="button" class=${kind + ' caret'} aria-label=${`${label}: as curl and as command`} aria-expanded=${lines} onClick=${() => setLines(!lines)}>⋯</button></span>
    <span role="status" class="said">${state.busy ? 'working…' : state.done ? html`<span class="good-text">✓ done</span>` : ''}</span>
    ${state.error && html`<span role="alert" class="said bad-text">✕ ${state.error.detail || state.error.message}</span>`}
    ${lines && html`<${Dialog} title=${`${label}, elsewhere`} onClose=${() => setLines(false)}><${Elsewhere} method=${method} path=${path} body=${body} cli=${cli} /><//>`}
    ${asking && html`<${Dialog} title=${label} onClose=${() => setAsking(false)}>
      <div>${confirm}</div><${Elsewhere} method=${method} path=${path} body=${body} cli=${cli} />
      <div class="actions end"><button type="button" onClick=${() => setAsking(false)}>Not now</button><button type="button" class=${danger ? 'danger' : 'primary'} onClick=${act}>${label}</button></div><//>`}
  </span>`;
}

const TYPED_ABOVE = 25;
const AT_ONCE = 4;
const LISTED = 20;
const pageOf = id => `/${id.startsWith('batch-') ? 'batches' : id.startsWith('survey-') ? 'surveys' : 'jobs'}/${encodeURIComponent(id)}`;

/**
 * One action for many, on exactly the ids that were there when its window was opened. Each is looked at first: one whose
 * state is no longer what it was then is reported and left alone.
 * verb: "Retry"; items: [{id, state}] or ids: [...] (whose states are then read when the window opens); path(id), body,
 * cli(id); look(id): where its state is read; onDone(). load: instead of items, an async function that is called when the
 * button is pressed and gives {items, note}; note is shown above the ids. onOpen(whether its window is open): while it
 * is, its owner must not take the button away.
 */
export function Bulk({ids, items, load, verb, method = 'POST', path, body, cli, look = pageOf, onDone, onOpen, danger = false, label, primary = false, noun = 'items'}) {
  const [frozen, setFrozen] = useState(null);
  const [state, setState] = useState({});
  const all = items || (ids || []).map(id => ({id}));
  const open = async () => {
    setState({busy: true});
    onOpen?.(true);
    try {
      const given = load ? await load() : {items: all};
      if (given.items.length === 0) throw new Error('nothing is left of it');
      setFrozen({note: given.note, items: given.items.map(item => ({id: item.id, state: item.state}))});
      setState({});
    } catch (error) {
      setState({error});
      onOpen?.(false);
    }
  };
  const close = ended => {
    setFrozen(null);
    onOpen?.(false);
    if (ended) onDone?.();
  };
  return html`<button type="button" class=${danger ? 'danger' : primary ? 'primary' : ''} disabled=${(!load && all.length === 0) || state.busy}
      onClick=${open}>${label || `${verb} ${count(all.length)} ${noun}`}…</button>
    ${state.error && html`<span role="alert" class="said bad-text">✕ ${state.error.detail || state.error.message}</span>`}
    ${frozen && html`<${BulkWindow} items=${frozen.items} note=${frozen.note} verb=${verb} method=${method} path=${path} body=${body} cli=${cli} look=${look} danger=${danger} noun=${noun}
      onClose=${close} />`}`;
}

function BulkWindow({items, note, verb, method, path, body, cli, look, danger, noun, onClose}) {
  const [typed, setTyped] = useState('');
  const [run, setRun] = useState(null);
  const stop = useRef(false);
  const ready = items.length <= TYPED_ABOVE || typed.trim() === String(items.length);
  const start = () => runAll(items, {method, path, body, look}, stop, setRun);
  // What has begun is not left without a word: closed while it runs, it stops, and its end is shown.
  const close = () => {
    stop.current = true;
    if (run === null || run.ended) onClose(run !== null);
    else setRun(now => ({...now, stopping: true}));
  };
  return html`<${Dialog} title=${`${verb} ${count(items.length)} ${noun}`} onClose=${close}>
    ${note}
    ${run === null ? html`
      <p>These ${count(items.length)} and no others; one that changes its state before its turn is left alone and reported.</p>
      <ul class="ids">${items.slice(0, LISTED).map(item => html`<li key=${item.id}><code>${item.id}</code> ${item.state && html`<${State} value=${item.state} />`}</li>`)}</ul>
      ${items.length > LISTED && html`<details><summary>and ${count(items.length - LISTED)} more</summary><ul class="ids scroll">${items.slice(LISTED).map(item => html`<li key=${item.id}><code>${item.id}</code></li>`)}</ul></details>`}
      <${Elsewhere} method=${method} path=${path(items[0].id)} body=${body} cli=${cli(items[0].id)} />
      ${items.length > 1 && html`<p class="muted">These do the first. <${Copy} label=${`Copy all ${count(items.length)} commands`} text=${items.map(item => cli(item.id)).join('\n')} /></p>`}
      ${items.length > TYPED_ABOVE && html`<label class="field"><span>More than ${TYPED_ABOVE}: type <b>${items.length}</b> to go on</span>
        <input inputmode="numeric" autocomplete="off" value=${typed} onInput=${event => setTyped(event.target.value)} /></label>`}
      <div class="actions end"><button type="button" onClick=${close}>Not now</button>
        <button type="button" class=${danger ? 'danger' : 'primary'} disabled=${!ready} onClick=${start}>${verb} ${count(items.length)}</button></div>`
    : html`<${Outcome} run=${run} total=${items.length} verb=${verb} onClose=${close} />`}
  <//>`;
}

function Outcome({run, total, verb, onClose}) {
  const by = kind => run.outcomes.filter(outcome => outcome.kind === kind);
  return html`
    <progress max=${total} value=${run.outcomes.length} aria-label=${`${verb}: progress`}></progress>
    <p role="status">${count(by('done').length)} done, ${count(by('changed').length)} left alone, ${count(by('refused').length)} refused${run.ended ? (run.outcomes.length < total ? `, ${count(total - run.outcomes.length)} not begun` : '') : `; ${count(total - run.outcomes.length)} to go`}</p>
    ${['refused', 'changed', 'done'].map(kind => by(kind).length > 0 && html`<details open=${kind !== 'done'}><summary>${{refused: 'Refused', changed: 'Changed meanwhile and left alone', done: 'Done'}[kind]}: ${count(by(kind).length)}</summary>
      <ul class="ids scroll">${by(kind).map(outcome => html`<li key=${outcome.id}><${Link} to=${pageOf(outcome.id)}>${outcome.id}<//> <span class="muted">${outcome.text}</span></li>`)}</ul></details>`)}
    <div class="actions end">${run.ended ? html`<button type="button" class="primary" onClick=${onClose}>Close</button>` : html`<button type="button" disabled=${run.stopping} onClick=${onClose}>${run.stopping ? 'It stops after those that have begun' : 'Stop after those that have begun'}</button>`}</div>`;
}

async function runAll(items, request, stop, show) {
  const outcomes = [];
  const queue = [...items];
  const drawn = (ended = false) => show(old => ({...old, outcomes: [...outcomes], ended}));
  drawn();
  const worker = async () => {
    for (let item = queue.shift(); item && !stop.current; item = queue.shift()) {
      outcomes.push(await one(item, request));
      drawn();
    }
  };
  await Promise.all(Array.from({length: AT_ONCE}, worker));
  drawn(true);
}

async function one(item, {method, path, body, look}) {
  try {
    if (item.state && look) {
      const now = (await get(look(item.id))).state;
      if (now !== item.state) return {id: item.id, kind: 'changed', text: `was ${item.state}, is ${now}`};
    }
    const answer = await send(method, path(item.id), body);
    return {id: item.id, kind: 'done', text: answer?.state ? `now ${answer.state}` : ''};
  } catch (error) {
    return {id: item.id, kind: error.status === 409 ? 'changed' : 'refused', text: error.detail || error.message};
  }
}
