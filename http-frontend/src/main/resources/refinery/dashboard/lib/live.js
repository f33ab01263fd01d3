// What changes, by one stream for the whole page: ids of what changed, and whether the stream stands. While it does not, views are told at times that anything may have changed.
import {html, useEffect, useRef, useState} from './html.js';
import {useTick} from './format.js';

const RETRY = 2000;
const LOOK = 1000;
// While the stream is away, everything is read again this often.
const POLL = 10000;
const subscribers = new Set();
const watchers = new Set();
let source = null;
let retry = null;
let cursor = null;
let lostAt = null;
let openedAt = 0;
let heardAt = 0;
let polledAt = 0;
let watch = null;
// Milliseconds of silence after which the stream is given up: three beats, whose pace the node says.
let patience = 45000;

const tellWatchers = () => watchers.forEach(watcher => watcher());

function heard() {
  heardAt = Date.now();
  if (lostAt === null) return;
  lostAt = null;
  tellWatchers();
}

function lost(since) {
  if (lostAt !== null) return;
  lostAt = polledAt = since;
  tellWatchers();
}

/** A connection that is cut without a word tells nobody; that no beat comes does. */
function look() {
  const now = Date.now();
  if (now - Math.max(heardAt, openedAt) > patience) {
    lost(heardAt);
    open();
  }
  if (lostAt !== null && now - polledAt > POLL) {
    polledAt = now;
    deliver({more: true});
  }
}

function open() {
  clearTimeout(retry);
  retry = null;
  source?.close();
  const after = cursor === null ? '' : '&after=' + cursor;
  source = new EventSource('/api/v1/events?summary=true' + after);
  openedAt = Date.now();
  source.onopen = heard;
  source.onmessage = message => {
    heard();
    if (message.lastEventId) cursor = message.lastEventId;
    const summary = JSON.parse(message.data);
    if (summary.heartbeat_seconds) patience = 3000 * summary.heartbeat_seconds;
    deliver(summary);
  };
  source.onerror = () => {
    lost(Date.now());
    // The browser repeats by itself, with Last-Event-ID, unless the node refused; then it is asked anew from here.
    if (source.readyState === EventSource.CLOSED) retry ??= setTimeout(open, RETRY);
  };
}

function deliver(summary) {
  const news = {
    changed: (summary.changed || []).map(id => ({id, kind: kindOf(id)})), surveys: (summary.surveys || []).concat(summary.changed || []),
    more: Boolean(summary.more), moreSurveys: Boolean(summary.more || summary.more_surveys), events: summary.events || 0, types: summary.types || {}, cursor: summary.cursor,
  };
  subscribers.forEach(subscriber => subscriber.take(news));
}

/** survey, batch, job, schedule or other, by an id's beginning. */
export const kindOf = id => (/^(survey|batch|job|schedule)-/.exec(id) || [null, 'other'])[1];

/** Begins the stream; the shell does so once. */
export function startLive() {
  if (source === null) {
    open();
    heardAt = openedAt;
    watch = setInterval(look, LOOK);
    addEventListener('online', open);
  }
}

/** Ends the stream, e.g. while nobody is signed in. */
export function stopLive() {
  removeEventListener('online', open);
  clearInterval(watch);
  clearTimeout(retry);
  retry = null;
  source?.close();
  source = null;
  lostAt = null;
}

/** True when news may be of this survey, its batches or its jobs; without a survey always. */
export const concerns = (news, survey) => !survey || news.moreSurveys || news.surveys.includes(survey);

/**
 * Calls back with {changed: [{id, kind}], more, events, types} when something changed that the filter wants: a function
 * of {id, kind}, or {kind, id, ids}; undefined wants all. more says that further ids were left out, so the filter
 * cannot tell: it is called then, too. survey: only news that concern this one. At most once each
 * throttle milliseconds, the rest gathered; not while the tab is hidden, but once when it is shown again.
 */
export function useLive(filter, callback, {throttle = 1000, survey} = {}) {
  const latest = useRef({filter, callback});
  latest.current = {filter, callback};
  useEffect(() => {
    let gathered = null;
    let last = 0;
    let timer = null;
    const wanted = change => {
      const f = latest.current.filter;
      if (!f) return true;
      if (typeof f === 'function') return f(change);
      return (!f.kind || f.kind === change.kind) && (!f.id || f.id === change.id) && (!f.ids || f.ids.includes(change.id));
    };
    const flush = () => {
      timer = null;
      if (gathered === null || document.hidden) return;
      last = Date.now();
      const news = {...gathered, changed: [...gathered.changed.values()], surveys: [...gathered.surveys]};
      gathered = null;
      latest.current.callback(news);
    };
    const subscriber = {
      take(news) {
        const changed = concerns(news, survey) ? news.changed.filter(wanted) : [];
        if (changed.length === 0 && !news.more) return;
        gathered ??= {changed: new Map(), surveys: new Set(), more: false, moreSurveys: false, events: 0, types: {}};
        changed.forEach(change => gathered.changed.set(change.id, change));
        news.surveys.forEach(id => gathered.surveys.add(id));
        gathered.more ||= news.more;
        gathered.moreSurveys ||= news.moreSurveys;
        gathered.events += news.events;
        for (const [type, n] of Object.entries(news.types)) gathered.types[type] = (gathered.types[type] || 0) + n;
        timer ??= setTimeout(flush, Math.max(0, last + throttle - Date.now()));
      },
    };
    const shown = () => document.hidden || flush();
    subscribers.add(subscriber);
    document.addEventListener('visibilitychange', shown);
    return () => {
      subscribers.delete(subscriber);
      document.removeEventListener('visibilitychange', shown);
      clearTimeout(timer);
    };
  }, [throttle, survey]);
}

/** {connected, sinceSeconds}: whether the stream stands, and for how long it has not. */
export function useConnection() {
  const [since, setSince] = useState(lostAt);
  useEffect(() => {
    const watcher = () => setSince(lostAt);
    watchers.add(watcher);
    watcher();
    return () => watchers.delete(watcher);
  }, []);
  return {connected: since === null, sinceSeconds: since === null ? 0 : Math.max(0, Math.floor((Date.now() - since) / 1000))};
}

/** Says that what is shown may be old, and since when. */
export function ConnectionBar() {
  const {connected, sinceSeconds} = useConnection();
  return html`<div class="connection" role="status">${!connected && html`<${Lost} seconds=${sinceSeconds} />`}</div>`;
}

function Lost() {
  useTick();
  const {sinceSeconds} = useConnection();
  // A reader of the screen says what changes: not each second.
  return html`<p><span class="hidden">Disconnected.</span><span aria-hidden="true">⚡ Disconnected for <b>${sinceSeconds}</b> s.</span> What you see may be old; what was missed is
    replayed as soon as the node answers. <button type="button" class="small" onClick=${open}>Try now</button></p>`;
}
