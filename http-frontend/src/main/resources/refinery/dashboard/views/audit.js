// Who did what, when and from where.
import {html} from '../lib/html.js';
import {address} from '../lib/api.js';
import {Link, link, useQuery} from '../lib/router.js';
import {Table} from '../lib/table.js';
import {time} from '../lib/format.js';
import {Empty, Filters, Page} from '../lib/ui.js';

const FILTERS = [
  {key: 'actor', label: 'Who'},
  {key: 'kind', label: 'Kind', options: [['person', 'person or program'], ['schedule', 'schedule'], ['system', 'system']]},
  {key: 'action', label: 'Action contains'},
  {key: 'subject', label: 'Id'},
  {key: 'outcome', label: 'Outcome', options: ['done', 'refused', 'failed']},
  {key: 'from', label: 'From (UTC)', placeholder: '2026-01-02T00:00:00Z', size: 20},
  {key: 'to', label: 'Before (UTC)', placeholder: '2026-01-03T00:00:00Z', size: 20},
];

// The glyph and the word say it without the colour, too.
const OUTCOMES = {done: '✓ done', refused: '⊘ refused', failed: '✕ failed'};

const ROOMS = {surveys: '/surveys/', batches: '/batches/', jobs: '/jobs/', nodes: '/nodes/', datasets: '/datasets/', schedules: '/schedules?show='};

/** The page of what an action was done to, if it has one. */
function room(row) {
  const kind = Object.keys(ROOMS).find(name => row.action.includes(' /' + name));
  return kind && row.outcome === 'done' ? ROOMS[kind] + encodeURIComponent(row.subject) : null;
}

function Subject({row}) {
  if (!row.subject) return '–';
  const to = room(row);
  return to ? html`<${Link} to=${to}>${row.subject}<//>` : row.subject;
}

const COLUMNS = [
  {key: 'at', title: 'When', width: '13rem', render: row => time(row.at)},
  {key: 'actor', title: 'Who', text: row => row.actor, render: row => html`<${Link} to=${link('/audit', {actor: row.actor})}>${row.actor}<//>${row.kind !== 'person' && html` <span class="muted">(${row.kind})</span>`}`},
  {key: 'action', title: 'Did', render: row => html`<code>${row.action}</code>`},
  {key: 'subject', title: 'To', render: row => html`<${Subject} row=${row} />`},
  {key: 'outcome', title: 'Outcome', render: row => html`${OUTCOMES[row.outcome] || row.outcome}${row.detail && html` <span class="muted">${row.detail}</span>`}`, text: row => row.outcome},
  {key: 'client', title: 'From', wide: true, render: row => row.client || '–'},
  {key: 'means', title: 'Known by', wide: true, render: row => `${row.means}${row.scope ? ', ' + row.scope : ''}`, text: row => row.means},
];

function Audit() {
  const [query] = useQuery();
  const filter = Object.fromEntries(FILTERS.map(({key}) => [key, query[key]]));
  const exports = html`<a class="button" href=${address('/audit.csv', filter)} download>Export CSV</a> <a class="button" href=${address('/audit.ndjson', filter)} download>Export NDJSON</a>`;
  return html`<${Page} title="Audit" lead="Every request that changed something or was refused, and what schedules and the system did by themselves. Needs the scope admin." actions=${exports}>
    <${Filters} fields=${FILTERS} />
    <${Table} label="Audit log" source=${{path: '/audit', query: filter}} columns=${COLUMNS} exportName="audit"
      empty=${html`<${Empty} title="Nothing was done"><p>Other filters may find something. On the command line: <code>refinery audit</code>.</p><//>`} />
  <//>`;
}

export const routes = [{path: '/audit', title: 'Audit', view: Audit, nav: true}];
