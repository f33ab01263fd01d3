// Who did what when.
import {html} from './html.js';
import {time} from './format.js';

/** An event's name as words: attempt_failed is "attempt failed". */
const words = type => String(type).replaceAll('_', ' ');

/**
 * Entries of a history, oldest first as given, shown newest first: {at, type, actor, event, sequence_nr}. detail: what to
 * show of an event, a function of the entry; by default its reason or message.
 */
export function History({events, detail = plain, limit = 200}) {
  const all = [...(events || [])].reverse();
  const shown = all.slice(0, limit);
  if (all.length === 0) return html`<p class="muted">Nothing has happened yet.</p>`;
  return html`<ol class="story">${shown.map(event => html`<li key=${event.sequence_nr ?? event.at}>
      <span class="when">${time(event.at)}</span>
      <span class="what"><strong>${words(event.type)}</strong> ${detail(event)}</span>
      <span class="who">${actor(event) ? html`<span class="actor">${actor(event)}</span>` : html`<span class="muted">the refinery</span>`}</span></li>`)}</ol>
    ${all.length > limit && html`<p class="muted">${all.length - limit} older entries are in the API's history.</p>`}`;
}

const actor = event => event.actor ?? event.event?.actor ?? null;

function plain(event) {
  const body = event.event || {};
  const text = body.reason ?? body.message ?? body.failure?.message ?? body.detail;
  return text ? html`<span class="muted">${String(text)}</span>` : null;
}
