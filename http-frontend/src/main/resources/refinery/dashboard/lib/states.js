// Every state as colour, glyph and word: colour is never the only sign.
import {html} from './html.js';

// tone -> classes in style.css; glyphs are drawn by every system's fonts.
const STATES = {
  queued: ['idle', '◌'], planned: ['idle', '◇'], running: ['busy', '▶'], downloading: ['busy', '↓'], downloaded: ['busy', '⤓'],
  processing: ['busy', '▶'], waiting: ['wait', '◔'], awaiting_input: ['wait', '?'], succeeded: ['good', '✓'], done: ['good', '✓'],
  done_with_failures: ['part', '◐'], failed: ['bad', '✕'], cancelled: ['gone', '⊘'], unplaceable: ['bad', '⊠'], deferred: ['wait', '◔'],
  up: ['good', '●'], draining: ['wait', '◑'], unreachable: ['bad', '○'], active: ['good', '●'], paused: ['wait', '‖'],
  pass: ['good', '✓'], warn: ['wait', '!'], fail: ['bad', '✕'], met: ['good', '✓'], impossible: ['bad', '✕'],
};

const FAILURES = {
  transient: 'wait', corrupt: 'bad', absent: 'gone', out_of_memory: 'bad', out_of_disk: 'bad', stalled: 'wait',
  node_lost: 'wait', permanent: 'bad',
};

export const tone = state => (STATES[state] || FAILURES[state] && [FAILURES[state]] || ['idle'])[0];
export const glyph = state => (STATES[state] || ['', FAILURES[state] ? '✕' : '·'])[1];
export const word = state => String(state ?? '').replaceAll('_', ' ');

/** A state: glyph and word on the colour of its tone. compact: the glyph alone, with the word for readers. */
export function State({value, compact = false}) {
  if (value === null || value === undefined) return html`<span class="muted">–</span>`;
  return compact
    ? html`<span class=${'state compact ' + tone(value)} role="img" aria-label=${word(value)} title=${word(value)}>${glyph(value)}</span>`
    : html`<span class=${'state ' + tone(value)}><span aria-hidden="true">${glyph(value)}</span> ${word(value)}</span>`;
}

/** The class of a failure. */
export const FailureClass = ({value}) =>
  value ? html`<span class=${'state ' + (FAILURES[value] || 'bad')}><span aria-hidden="true">✕</span> ${word(value)}</span>` : null;

export const SURVEY_STATES = ['running', 'awaiting_input', 'done', 'done_with_failures', 'failed', 'cancelled'];
export const BATCH_STATES = ['queued', 'downloading', 'downloaded', 'processing', 'done', 'failed', 'cancelled', 'planned'];
export const JOB_STATES = ['queued', 'running', 'waiting', 'succeeded', 'failed', 'cancelled', 'unplaceable'];
export const FAILURE_CLASSES = Object.keys(FAILURES);
