// The shell: navigation, and the view that the address names. Views are read when first needed.
import {html, render, useEffect, useErrorBoundary, useLayoutEffect, useState} from './lib/html.js';
import {Link, match, usePath} from './lib/router.js';
import {ConnectionBar, startLive, stopLive, useLive} from './lib/live.js';
import {get, send} from './lib/api.js';
import {count} from './lib/format.js';
import {Loading, Page, Problem} from './lib/ui.js';
import {Jump} from './views/jump.js';
import {Keys} from './views/keys.js';

/** The rooms of the dashboard by the first part of the address: their files in views/, and their place in the navigation. */
const ROOMS = [
  {path: '/', title: 'Overview', files: ['overview'], group: ''},
  {path: '/surveys', title: 'Surveys', files: ['surveys', 'survey', 'new-survey'], group: 'Work'},
  {path: '/inbox', title: 'Inbox', files: ['inbox'], group: 'Work', badge: true},
  {path: '/batches', title: 'Batches', files: ['batches', 'batch', 'matrix'], group: 'Work'},
  {path: '/jobs', title: 'Jobs', files: ['jobs', 'job'], group: 'Work'},
  {path: '/failures', title: 'Failures', files: ['failures'], group: 'Work'},
  {path: '/schedules', title: 'Schedules', files: ['schedules'], group: 'Work'},
  {path: '/datasets', title: 'Datasets', files: ['datasets', 'dataset', 'new-dataset'], group: 'Results'},
  {path: '/compare', title: 'Compare', files: ['compare'], group: 'Results'},
  {path: '/nodes', title: 'Nodes', files: ['nodes', 'node'], group: 'Machines'},
  {path: '/cluster', title: 'Cluster', files: ['cluster'], group: 'Machines'},
  {path: '/sources', title: 'Sources', files: ['sources'], group: 'Machines'},
  {path: '/audit', title: 'Audit', files: ['audit'], group: 'Machines'},
  {path: '/docs', title: 'API', files: ['docs'], group: null},
  {path: '/signin', title: 'Sign in', files: ['signin'], group: null},
];

const loaded = new Map();
// Routes by the room's address, once its files are there.
const known = new Map();

const roomOf = path => ROOMS.find(room => room.path === '/' + path.split('/')[1]);

/** Reads the routes of a room, the most literal first. */
function read(room) {
  if (!loaded.has(room.path)) {
    const reading = Promise.all(room.files.map(file => import(`./views/${file}.js`)))
      .then(modules => known.set(room.path, modules.flatMap(module => module.routes || []).sort((a, b) => variables(a) - variables(b))));
    reading.catch(() => loaded.delete(room.path));
    loaded.set(room.path, reading);
  }
  return loaded.get(room.path);
}

const variables = route => (route.path.match(/\{/g) || []).length;

function View() {
  const path = usePath();
  const room = roomOf(path);
  const [found, setFound] = useState({});
  useEffect(() => {
    let current = true;
    if (!room || known.has(room.path)) return undefined;
    read(room).then(() => current && setFound({room}), error => current && setFound({room, error}));
    return () => {
      current = false;
    };
  }, [room]);
  if (!room) return html`<${Missing} path=${path} />`;
  const routes = known.get(room.path);
  if (!routes && found.room !== room) return html`<div class="page"><h1>${room.title}</h1><${Loading} /></div>`;
  if (!routes) return html`<${Page} title=${room.title}><${Problem} error=${found.error} again=${() => location.reload()} /><//>`;
  for (const route of routes) {
    const params = match(route.path, path);
    if (params) return html`<${Guarded} key=${route.path + JSON.stringify(params)} view=${route.view} params=${params} />`;
  }
  return html`<${Missing} path=${path} />`;
}

/** A view that fails says so, and leaves the rest as it is. */
function Guarded({view: Shown, params}) {
  const [error, again] = useErrorBoundary(failed => console.error(failed));
  return error
    ? html`<${Page} title="This page failed"><${Problem} error=${error} again=${again} /><//>`
    : html`<${Shown} params=${params} />`;
}

function Missing({path}) {
  return html`<${Page} title="There is nothing here"><p>No page of this dashboard is at <code>${path}</code>. Press <kbd>/</kbd> to find
    something by its name or id, or go to the <${Link} to="/">overview<//>.</p><//>`;
}

function useInbox(active) {
  const [waiting, setWaiting] = useState(0);
  const load = () => active && get('/surveys', {query: {state: 'awaiting_input', limit: 100}})
    .then(page => setWaiting(page.next ? 100 : page.items.length), () => {});
  useEffect(() => {
    load();
  }, [active]);
  useLive({kind: 'survey'}, load, {throttle: 3000});
  return waiting;
}

function Navigation({path, open, onClose}) {
  const inbox = useInbox(path !== '/signin');
  const groups = [...new Set(ROOMS.filter(room => room.group !== null).map(room => room.group))];
  const here = roomOf(path);
  return html`<nav id="navigation" class=${'side ' + (open ? 'open' : '')} aria-label="Rooms" onClick=${event => event.target.closest('a') && onClose()}>
    ${groups.map(group => html`${group && html`<h2>${group}</h2>`}<ul>
      ${ROOMS.filter(room => room.group === group).map(room => html`<li key=${room.path}><${Link} to=${room.path} aria-current=${room === here ? 'page' : undefined}>${room.title}
        ${room.badge && inbox > 0 && html`<span class="badge">${inbox >= 100 ? '99+' : count(inbox)}<span class="hidden"> waiting for an answer</span></span>`}<//></li>`)}</ul>`)}
    <${Foot} />
  </nav>`;
}

function Foot() {
  const [theme, setTheme] = useState(document.documentElement.dataset.theme || '');
  const choose = event => {
    const value = event.target.value;
    setTheme(value);
    if (value) document.documentElement.dataset.theme = value;
    else delete document.documentElement.dataset.theme;
    try {
      if (value) localStorage.setItem('refinery-theme', value);
      else localStorage.removeItem('refinery-theme');
    } catch (refused) {
      // It holds for this page then.
    }
    dispatchEvent(new Event('refinery-theme'));
  };
  return html`<div class="side-foot">
    <label class="theme"><span>Theme</span><select value=${theme} onChange=${choose}><option value="">as the system</option><option value="light">light</option><option value="dark">dark</option></select></label>
    <${Who} /><${Link} to="/docs">API<//></div>`;
}

function Who() {
  const [session, setSession] = useState(null);
  const [refused, setRefused] = useState(null);
  const path = usePath();
  useEffect(() => {
    get('/session').then(setSession, () => setSession(null));
  }, [path === '/signin']);
  if (!session?.actor) return null;
  // The page is loaded anew, and so it is when it is come back to: what it remembers was not for everybody.
  const leave = () => send('DELETE', '/session').then(() => {
    addEventListener('pageshow', () => location.reload());
    location.assign('/signin');
  }, setRefused);
  return html`<span class="who">${session.actor}${session.scope && html` <span class="muted">(${session.scope})</span>`}
    ${session.required && html` <button type="button" class="quiet small" onClick=${leave}>Sign out</button>`}
    ${refused && html`<span class="bad-text" role="alert">${refused.detail}</span>`}</span>`;
}

function Shell() {
  const path = usePath();
  const [open, setOpen] = useState(false);
  const [box, setBox] = useState(null);
  const signin = path === '/signin';
  useEffect(() => {
    if (signin) stopLive();
    else startLive();
  }, [signin]);
  useLayoutEffect(() => {
    const keys = event => {
      if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey) return;
      if (event.target.closest?.('input, select, textarea, dialog, [contenteditable]')) return;
      if (event.key === '/') setBox('jump');
      else if (event.key === '?') setBox('keys');
      else if (event.key === 'u') document.querySelector('.crumbs a')?.click();
      else if ((event.key === 'j' || event.key === 'k') && !event.target.closest?.('[data-keys]')) {
        const table = document.querySelector('main [data-keys="rows"]');
        if (!table) return;
        table.focus();
        table.dispatchEvent(new KeyboardEvent('keydown', {key: event.key, bubbles: true}));
      } else return;
      event.preventDefault();
    };
    addEventListener('keydown', keys);
    return () => removeEventListener('keydown', keys);
  }, []);
  // Before the next key: what that opens stays.
  useLayoutEffect(() => setBox(null), [path]);
  if (signin) return html`<main id="main" class="alone"><${View} /></main>`;
  return html`
    <a class="skip" href="#main" onClick=${event => { event.preventDefault(); document.querySelector('main h1')?.focus(); }}>To the content</a>
    <header class="top">
      <button type="button" class="quiet menu" aria-label="Rooms" aria-controls="navigation" aria-expanded=${open} onClick=${() => setOpen(!open)}>☰</button>
      <${Link} to="/" class="brand"><span class="mark" aria-hidden="true"></span>Refinery<//>
      <button type="button" class="jump-open" onClick=${() => setBox('jump')}><span>Jump<span class="wide"> to anything</span></span><kbd>/</kbd></button>
      <button type="button" class="quiet" aria-label="Keys" title="Keys (?)" onClick=${() => setBox('keys')}>?</button>
    </header>
    <${ConnectionBar} />
    <div class="body"><${Navigation} path=${path} open=${open} onClose=${() => setOpen(false)} />
      <main id="main"><${View} /></main></div>
    ${box === 'jump' && html`<${Jump} onClose=${() => setBox(null)} />`}
    ${box === 'keys' && html`<${Keys} onClose=${() => setBox(null)} />`}`;
}

// All is drawn at once when the room that is opened is there; if that cannot be read, the page says so.
const opened = roomOf(location.pathname);
(opened ? read(opened).catch(() => {}) : Promise.resolve()).then(() => {
  const place = document.getElementById('app');
  place.textContent = '';
  render(html`<${Shell} />`, place);
});
