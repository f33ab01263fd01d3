// Jobs: the list with its filters, and what can be done with those that are chosen.
import {html, useRef} from '../lib/html.js';
import {Empty, Filters, Page} from '../lib/ui.js';
import {Link, useQuery} from '../lib/router.js';
import {Table, useSelection} from '../lib/table.js';
import {Bulk, refinery} from '../lib/actions.js';
import {FAILURE_CLASSES, FailureClass, JOB_STATES, State} from '../lib/states.js';
import {ago, between, duration} from '../lib/format.js';

const FILTERS = [
  {key: 'state', label: 'State', options: JOB_STATES},
  {key: 'kind', label: 'Kind', options: ['survey', 'download', 'process']},
  {key: 'failure_class', label: 'Failure', options: FAILURE_CLASSES},
  {key: 'node', label: 'Node', size: 12},
  {key: 'pipeline', label: 'Pipeline', size: 12},
  {key: 'survey_id', label: 'Survey', placeholder: 'survey-…', size: 20},
  {key: 'batch_id', label: 'Batch', placeholder: 'batch-…', size: 20},
  {key: 'failure_group', label: 'Group of failures', placeholder: '16 hex digits', size: 18},
];

/** Why it stands where it stands, in a few words. */
export const because = job => job.waiting_for || (['failed', 'waiting'].includes(job.state) && job.failure?.message) || '';

const took = job => (job.started_at ? between(job.started_at, job.finished_at) : null);

const COLUMNS = [
  {key: 'state', title: 'State', width: '128px', sort: true, render: job => html`<${State} value=${job.state} />`},
  {key: 'kind', title: 'Kind', width: '96px', sort: true},
  {key: 'key', title: 'Works on', sort: job => job.key || job.id, render: job => html`<${Link} to=${'/jobs/' + job.id}>${job.key || job.id}<//>`},
  {key: 'why', title: 'Why', text: because, render: job => html`${job.state === 'failed' && html`<${FailureClass} value=${job.failure?.class} /> `}<span class="muted" title=${because(job)}>${because(job)}</span>`},
  {key: 'pipeline', title: 'Pipeline', wide: true, sort: true},
  {key: 'node', title: 'Node', wide: true, sort: true, render: job => (job.node ? html`<${Link} to=${'/nodes/' + job.node}>${job.node}<//>` : '–')},
  {key: 'attempt', title: 'Attempt', align: 'end', wide: true, sort: true, width: '84px'},
  {key: 'took', title: 'Took', align: 'end', wide: true, width: '100px', sort: took, text: took, render: job => duration(took(job))},
  {key: 'created_at', title: 'Made', wide: true, sort: job => Date.parse(job.created_at), width: '110px', render: job => ago(job.created_at)},
  {key: 'id', title: 'Id', wide: true, render: job => html`<code>${job.id}</code>`},
];

const CANCELS = new Set(['queued', 'running', 'waiting', 'unplaceable']);
const RETRIES = new Set(['failed', 'cancelled', 'waiting']);

function Jobs() {
  const [query] = useQuery();
  const states = useRef(new Map());
  const asked = Object.fromEntries(FILTERS.map(field => [field.key, query[field.key]]).filter(([, value]) => value));
  const selection = useSelection(asked);
  const chosen = selection.ids.map(id => ({id, state: states.current.get(id)}));
  const of = wanted => chosen.filter(job => !job.state || wanted.has(job.state));
  const onRows = rows => rows.forEach(job => states.current.set(job.id, job.state));
  return html`<${Page} title="Jobs" actions=${html`<${Link} class="button" to="/failures">Failures by cause<//>`}>
    <${Filters} fields=${FILTERS} />
    <div class="row" role="toolbar" aria-label="What to do with the jobs that are chosen">
      <${Bulk} items=${of(RETRIES)} verb="Retry" noun="jobs" path=${id => `/jobs/${id}/retry`} cli=${id => refinery('retry', id)} onDone=${selection.clear} />
      <${Bulk} items=${of(CANCELS)} verb="Cancel" noun="jobs" danger path=${id => `/jobs/${id}/cancel`} body=${{reason: 'cancelled in the dashboard'}} cli=${id => refinery('cancel', id)} onDone=${selection.clear} />
      ${selection.size > 0 && html`<button type="button" class="quiet" onClick=${selection.clear}>Choose none</button>`}
    </div>
    <${Table} label="Jobs" columns=${COLUMNS} source=${{path: '/jobs', query: asked}} onRows=${onRows} to=${job => '/jobs/' + job.id} selection=${selection}
      live=${{kind: 'job'}} exportName="jobs" empty=${html`<${Empty} title="No job passes these filters" />`} />
  <//>`;
}

export const routes = [{path: '/jobs', title: 'Jobs', view: Jobs, nav: true}];
