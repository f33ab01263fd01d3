// The time line of a job's attempts and steps, a part of its page: when it waited for what, and when it worked.
import {html} from '../lib/html.js';
import {Numbers} from '../lib/charts.js';
import {Link} from '../lib/router.js';
import {between, bytes, cpu, duration, percent, time, timeText} from '../lib/format.js';
import {State, glyph, tone} from '../lib/states.js';

const ENDS = {attempt_succeeded: 'succeeded', attempt_failed: 'failed', attempt_deferred: 'deferred', node_ended: 'failed', cancelled: 'cancelled'};

/**
 * What a history says of times: spans {title, tone, from, to, step, outcome}, in order. to is null while it lasts.
 */
export function spansOf(events) {
  const spans = [];
  let open = null;
  const end = at => {
    if (open) open.to = at;
    open = null;
  };
  const begin = (title, tone, at, more = {}) => {
    end(at);
    open = {title, tone, from: at, to: null, ...more};
    spans.push(open);
  };
  for (const {type, at, event} of events) {
    if (type === 'submitted' || type === 'requeued' || type === 'retried_by_hand') begin('in the queue', 'idle', at);
    else if (type === 'started') begin(`attempt ${event.attempt} on ${event.node}`, 'busy', at, {attempt: event.attempt});
    else if (type === 'retry_scheduled') begin('waits before it is tried again', 'wait', at);
    else if (type === 'became_unplaceable') begin('no node could hold it', 'bad', at);
    else if (ENDS[type]) {
      if (open?.attempt) Object.assign(open, {outcome: ENDS[type], tone: tone(ENDS[type])});
      end(at);
      for (const step of event.steps || []) {
        const outcome = step.exit_code === 0 ? 'succeeded' : 'failed';
        spans.push({title: step.name, tone: tone(outcome), outcome, from: step.started_at, to: step.finished_at, step});
      }
    } else if (type === 'given_up') end(at);
  }
  return spans.filter(span => span.to === null || span.step || between(span.from, span.to) > 0.0005);
}

const WIDTH = 1000;

/** Spans one below the other on one axis of time. */
export function Timeline({events, over}) {
  const spans = spansOf(events);
  if (spans.length === 0) return html`<p class="muted">Nothing has happened yet.</p>`;
  const from = Math.min(...spans.map(span => Date.parse(span.from)));
  const to = Math.max(...spans.map(span => Date.parse(span.to ?? new Date().toISOString())), from + 1);
  const x = at => (WIDTH * (Date.parse(at ?? new Date().toISOString()) - from)) / (to - from);
  const shown = spans.length > 60 ? spans.slice(-60) : spans;
  return html`<div class="timeline">
    ${shown.length < spans.length && html`<p class="muted">The last 60 of ${spans.length}.</p>`}
    <ol>${shown.map((span, i) => {
      const left = x(span.from);
      return html`<li key=${i} class=${span.step ? 'step' : ''}>
        <span class="label" title=${span.title}>${span.outcome && html`<span class=${'state compact ' + span.tone} role="img" aria-label=${span.outcome}>${glyph(span.outcome)}</span> `}${span.title}</span>
        <svg viewBox=${`0 0 ${WIDTH} 12`} preserveAspectRatio="none" aria-hidden="true"><rect class="rest" width=${WIDTH} height="12" />
          <rect class=${'fill ' + span.tone} x=${Math.min(left, WIDTH - 3)} width=${Math.max(3, x(span.to) - left)} height="12" /></svg>
        <span class="number" title=${`${span.from} to ${span.to ?? 'now'}`}>${duration(between(span.from, span.to))}${span.to === null && !over ? '…' : ''}</span></li>`;
    })}</ol>
    <p class="axis"><span>${timeText(new Date(from).toISOString())}</span><span>${duration((to - from) / 1000)} in all</span><span>${timeText(new Date(to).toISOString())}</span></p>
    <${Numbers} title="Time line" head=${['What', 'Outcome', 'From', 'To', 'Seconds', 'Memory', 'Cpu s']}
      rows=${() => spans.map(span => [span.step ? `step ${span.title}` : span.title, span.outcome || '', span.from, span.to ?? 'now', between(span.from, span.to).toFixed(1),
        span.step ? bytes(span.step.peak_memory) : '', span.step ? span.step.cpu_seconds.toFixed(1) : ''])} /></div>`;
}

function Part({used, whole, shown, of}) {
  const part = whole > 0 ? Math.min(1, used / whole) : 0;
  return html`<span class="part"><svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect class="rest" width="100" height="8" />
    <rect class=${'fill ' + (used > whole ? 'bad' : part > 0.9 ? 'wait' : 'busy')} width=${100 * part} height="8" /></svg>
    <span>${shown} <span class="muted">of ${of}, ${percent(used, whole)}</span></span></span>`;
}

/** What each attempt was given, by the number of the attempt: what was asked for, or raised after a failure. */
function given(events, job) {
  const by = new Map();
  let now = events.find(event => event.type === 'submitted')?.event.spec?.resources || job.resources;
  for (const {type, event} of events) {
    if (type === 'retry_scheduled' && event.resources) now = event.resources;
    if (type === 'started') by.set(event.attempt, now);
  }
  return by;
}

/** Declared against used, an attempt a row. */
export function Usage({job, events}) {
  const resources = given(events, job);
  const rows = [...job.attempts].reverse().slice(0, 12);
  const told = job.reservation?.declared;
  return html`
    ${told && job.reservation.from !== 'declared' && html`<p class="muted">Its pipeline declares ${cpu(told.cpu)}, ${bytes(told.memory)} of memory, ${bytes(told.disk)} of disk;
      what it reserves was ${job.reservation.from === 'learned' ? 'learned from earlier jobs' : 'raised after an attempt that needed more'}.</p>`}
    ${rows.length === 0 ? html`<p class="muted">It reserves ${cpu(job.resources.cpu)}, ${bytes(job.resources.memory)} of memory and ${bytes(job.resources.disk)} of disk, and has not run yet.</p>` : html`
    <div class="scroll" tabindex="0" role="region" aria-label="Attempts: declared against used"><table class="plain usage">
      <thead><tr><th scope="col">Attempt</th><th scope="col">Outcome</th><th scope="col">Cpu</th><th scope="col">Memory</th><th scope="col">Disk</th></tr></thead>
      <tbody>${rows.map(attempt => {
        const had = resources.get(attempt.number) || job.resources;
        const seconds = between(attempt.started_at, attempt.finished_at);
        const cores = seconds > 0 ? (1000 * attempt.cpu_seconds) / seconds : 0;
        const known = attempt.peak_memory > 0 || attempt.cpu_seconds > 0;
        return html`<tr key=${attempt.number}><th scope="row">${attempt.number} <${Link} to=${'/nodes/' + attempt.node}>${attempt.node}<//><br /><span class="muted">${time(attempt.started_at)}, ${duration(seconds)}</span></th>
          <td title=${attempt.message}><${State} value=${attempt.outcome} /></td>
          <td>${known ? html`<${Part} used=${cores} whole=${had.cpu} shown=${cpu(cores)} of=${cpu(had.cpu)} />` : html`<span class="muted">of ${cpu(had.cpu)}</span>`}</td>
          <td>${attempt.peak_memory > 0 ? html`<${Part} used=${attempt.peak_memory} whole=${had.memory} shown=${bytes(attempt.peak_memory)} of=${bytes(had.memory)} />` : html`<span class="muted">of ${bytes(had.memory)}</span>`}</td>
          <td>${attempt.scratch > 0 ? html`<${Part} used=${attempt.scratch} whole=${had.disk} shown=${bytes(attempt.scratch)} of=${bytes(had.disk)} />` : html`<span class="muted">of ${bytes(had.disk)}</span>`}</td></tr>`;
      })}</tbody></table></div>`}`;
}

export const routes = [];
