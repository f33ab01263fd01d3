// Parts that pages are made of.
import {html, useEffect, useLayoutEffect, useRef, useState} from './html.js';
import {Link, useQuery, useTitle, whereLeft} from './router.js';

let ids = 0;

/** An id for an element of this component. */
export function useElementId() {
  const ref = useRef(null);
  ref.current ??= `e${++ids}`;
  return ref.current;
}

/**
 * A page: its one h1, what leads back (crumbs: [{to, title}]), what can be done with it (actions) and its content.
 */
export function Page({title, name = title, crumbs = [], lead, actions, children}) {
  useTitle(typeof name === 'string' ? name : undefined);
  return html`
    <div class="page">
      ${crumbs.length > 0 && html`<nav class="crumbs" aria-label="Where this is">
        ${crumbs.map(crumb => html`<${Link} to=${whereLeft(crumb.to)}>${crumb.title}<//><span aria-hidden="true">/</span>`)}
      </nav>`}
      <header class="page-head">
        <h1 tabindex="-1">${title}</h1>
        ${actions && html`<div class="actions">${actions}</div>`}
      </header>
      ${lead && html`<div class="lead">${lead}</div>`}
      ${children}
    </div>`;
}

/** A framed part of a page with its heading. */
export function Panel({title, note, actions, children, class: extra = '', flush = false}) {
  const id = useElementId();
  return html`
    <section class=${`panel ${flush ? 'flush' : ''} ${extra}`} aria-labelledby=${title ? id : undefined}>
      ${title && html`<header><h2 id=${id}>${title}</h2>${note && html`<span class="muted">${note}</span>`}
        ${actions && html`<div class="actions">${actions}</div>`}</header>`}
      <div class="panel-body">${children}</div>
    </section>`;
}

/** A figure with its name; with to it leads to the list behind it. */
export function Stat({label, value, note, to, tone = ''}) {
  const inside = html`<span class="stat-label">${label}</span><span class="stat-value">${value}</span>
    ${note && html`<span class="stat-note">${note}</span>`}`;
  return to ? html`<${Link} to=${to} class=${'stat ' + tone}>${inside}<//>` : html`<div class=${'stat ' + tone}>${inside}</div>`;
}

/** What the API refused, with its reasons; or what did not answer. */
export function Problem({error, again}) {
  if (!error) return null;
  return html`
    <div class="problem" role="alert">
      <p><span aria-hidden="true">✕</span> <strong>${error.status ? `${error.status}: ` : ''}</strong>${error.detail || error.message}</p>
      ${error.errors?.length > 0 && html`<ul>${error.errors.map(each => html`<li><code>${each.pointer}</code> ${each.message}</li>`)}</ul>`}
      ${again && html`<button type="button" onClick=${again}>Try again</button>`}
    </div>`;
}

/** What stands where there is nothing, and what would bring something. */
export const Empty = ({title = 'Nothing here', children}) => html`<div class="empty"><p><strong>${title}</strong></p>${children}</div>`;

export const Loading = ({what = 'Loading'}) => html`<p class="loading" role="status">${what}…</p>`;

/** Either the problem, or that it loads, or the content, of what useGet gave. */
export function Loaded({of, children}) {
  if (of.data) return html`${of.error && html`<${Problem} error=${of.error} />`}${children(of.data)}`;
  return of.error ? html`<${Problem} error=${of.error} again=${of.reload} />` : html`<${Loading} />`;
}

/** Names and values, [[name, value], ...]; those without a value are left out. */
export const Facts = ({items}) => html`
  <dl class="facts">${items.filter(([, value]) => value !== null && value !== undefined && value !== '' && value !== false)
    .map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;

/**
 * Filters of a list, kept in the address. fields: [{key, label, options: [values or [value, title]]}] are choices,
 * without options a text that is taken when the typing pauses.
 */
export function Filters({fields, children}) {
  const [query, set] = useQuery();
  const active = fields.filter(field => query[field.key]);
  return html`
    <form class="filters" role="search" onSubmit=${event => event.preventDefault()}>
      ${fields.map(field => field.options
        ? html`<label key=${field.key}><span>${field.label}</span>
            <select value=${query[field.key] || ''} onChange=${event => set({[field.key]: event.target.value})}>
              <option value="">any</option>
              ${options(field, query[field.key]).map(([value, title]) => html`<option value=${value}>${title}</option>`)}
            </select></label>`
        : html`<${TextFilter} key=${field.key} field=${field} value=${query[field.key] || ''} onValue=${value => set({[field.key]: value}, {replace: true})} />`)}
      ${children}
      ${active.length > 0 && html`<button type="button" class="quiet"
        onClick=${() => set(Object.fromEntries(fields.map(field => [field.key, ''])))}>Clear filters</button>`}
    </form>`;
}

function options(field, value) {
  const all = field.options.map(option => (Array.isArray(option) ? option : [option, String(option).replaceAll('_', ' ')]));
  return value && !all.some(([known]) => known === value) ? [...all, [value, value]] : all;
}

function TextFilter({field, value, onValue}) {
  const [text, setText] = useState(value);
  const sent = useRef(value);
  useEffect(() => {
    if (value !== sent.current) {
      sent.current = value;
      setText(value);
    }
  }, [value]);
  useEffect(() => {
    if (text === sent.current) return undefined;
    const timer = setTimeout(() => {
      sent.current = text;
      onValue(text);
    }, 250);
    return () => clearTimeout(timer);
  }, [text]);
  return html`<label><span>${field.label}</span>
    <input type="search" value=${text} placeholder=${field.placeholder || ''} size=${field.size || 16} spellcheck="false"
      onInput=${event => setText(event.target.value)} /></label>`;
}

/** Views of one thing, of which the address says which is shown: tabs [{key, title, count}], parameter ?tab=. */
export function Tabs({tabs, parameter = 'tab', label = 'Parts of this page'}) {
  const [query, set] = useQuery();
  const chosen = query[parameter] || tabs[0].key;
  return html`<nav class="tabs" aria-label=${label}>
    ${tabs.map(tab => html`<a key=${tab.key} href=${'?' + new URLSearchParams({...query, [parameter]: tab.key})}
      aria-current=${tab.key === chosen ? 'true' : undefined}
      onClick=${event => { event.preventDefault(); set({[parameter]: tab.key === tabs[0].key ? '' : tab.key}); }}>
      ${tab.title}${tab.count !== undefined && html` <span class="count">${tab.count}</span>`}</a>`)}
  </nav>`;
}

/** Copies a text; says so. */
export function Copy({text, label = 'Copy'}) {
  const [said, setSaid] = useState('');
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setSaid('Copied');
    } catch (refused) {
      setSaid('Select and copy it by hand');
    }
    setTimeout(() => setSaid(''), 2000);
  };
  return html`<button type="button" class="quiet small" onClick=${copy}>${said || label}</button>`;
}

/** A modal window: the browser's own dialog, closed by Escape. */
export function Dialog({title, onClose, children}) {
  const ref = useRef(null);
  const id = useElementId();
  // At once, so that what is typed next goes into it.
  useLayoutEffect(() => {
    const before = document.activeElement;
    ref.current.showModal();
    return () => before?.isConnected && before.focus?.();
  }, []);
  // The browser closes it by itself; one that its owner still shows is opened again.
  useLayoutEffect(() => {
    if (!ref.current.open) ref.current.showModal();
  });
  return html`<dialog ref=${ref} aria-labelledby=${id} onClose=${onClose} onCancel=${event => event.preventDefault() || onClose()}
      onClick=${event => event.target === ref.current && onClose()}>
    <div class="dialog-body"><header><h2 id=${id}>${title}</h2>
      <button type="button" class="quiet" aria-label="Close" onClick=${onClose}>✕</button></header>${children}</div>
  </dialog>`;
}
