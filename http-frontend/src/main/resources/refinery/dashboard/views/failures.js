// Failures by cause: what failed of the same, and a retry of all of it with what hangs on it.
import {html, useRef} from '../lib/html.js';
import {Empty, Filters, Loaded, Page} from '../lib/ui.js';
import {link, Link, useQuery} from '../lib/router.js';
import {get, useGet} from '../lib/api.js';
import {Bulk, refinery} from '../lib/actions.js';
import {useLive} from '../lib/live.js';
import {FAILURE_CLASSES, FailureClass} from '../lib/states.js';
import {ago, count} from '../lib/format.js';

const FILTERS = [
  {key: 'failure_class', label: 'Class', options: FAILURE_CLASSES},
  {key: 'kind', label: 'Kind', options: ['survey', 'download', 'process']},
  {key: 'pipeline', label: 'Pipeline', size: 16},
  {key: 'survey_id', label: 'Survey', placeholder: 'survey-…', size: 20},
];

/** The ids that a retry of the group takes up, of what passes the page's filters, as they are now: jobs first, then what was given up because of them. */
async function plan(group, asked) {
  const found = await get(`/failures/${group.id}/retry-plan`, {query: asked});
  const items = [...found.jobs, ...found.batches].map(id => ({id, state: 'failed'}));
  return {
    items,
    note: html`<p>${count(found.jobs.length)} failed jobs of this group${!found.complete && ` of ${count(found.total)}: the rest by another retry after this one`},
      and ${count(found.batches.length)} batches that were given up because of them. Batches of these jobs go on with
      them${found.waiting > 0 && html`; ${count(found.waiting)} more wait for their outputs and go on by themselves`}.</p>`,
  };
}

const retryPath = id => (id.startsWith('batch-') ? `/batches/${id}/retry` : `/jobs/${id}/retry`);

function Group({group, asked, largest, hold}) {
  const jobs = link('/jobs', {state: 'failed', failure_group: group.id, ...asked, failure_class: undefined});
  return html`<li class="panel failure">
    <div class="failure-head"><${FailureClass} value=${group.class} />
      <${Link} to=${jobs} class="failure-count"><b>${count(group.jobs)}</b> ${group.jobs === 1 ? 'job' : 'jobs'}<//>
      <svg class="share" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect class="rest" width="100" height="6" /><rect class="fill bad" width=${(100 * group.jobs) / largest} height="6" /></svg>
      <span class="muted">${Object.entries(group.kinds).map(([kind, n]) => `${count(n)} ${kind}`).join(', ')} · first ${ago(group.first)}, last ${ago(group.last)}</span></div>
    <p class="failure-message"><code>${group.message}</code></p>
    <details><summary>The latest ${group.samples.length}</summary><ul class="samples">${group.samples.map(sample => html`<li key=${sample.id}>
      <${Link} to=${'/jobs/' + sample.id}>${sample.id}<//> <span class="muted">${ago(sample.at)}</span><pre>${sample.message}</pre></li>`)}</ul></details>
    <div class="actions"><${Bulk} label="Retry this group with its dependants" verb="Retry" noun="of this group with its dependants" load=${() => plan(group, asked)}
        path=${retryPath} cli=${id => refinery('retry', id)} onOpen=${hold} />
      <${Link} class="button" to=${jobs}>List its jobs<//></div>
  </li>`;
}

function Failures() {
  const [query] = useQuery();
  const asked = Object.fromEntries(FILTERS.map(field => [field.key, query[field.key]]).filter(([, value]) => value));
  const failures = useGet('/failures', {...asked, limit: 200});
  // A group whose jobs are retried stays as it is until the window of the retry is closed.
  const held = useRef(false);
  useLive({kind: 'job'}, () => held.current || failures.reload(), {throttle: 3000});
  const hold = open => {
    held.current = open;
    if (!open) failures.reload();
  };
  return html`<${Page} title="Failures">
    <${Filters} fields=${FILTERS} />
    <${Loaded} of=${failures}>${found => found.items.length === 0
      ? html`<${Empty} title="No failed job passes these filters" />`
      : html`<p class="muted">${count(found.jobs)} failed jobs in ${count(found.groups)} ${found.groups === 1 ? 'group' : 'groups'} of the same class and
          message, but for numbers, ids and paths.${found.groups > found.items.length && ` The largest ${count(found.items.length)} are shown.`}</p>
        <ul class="failures">${found.items.map(group => html`<${Group} key=${group.id} group=${group} asked=${asked} largest=${found.items[0].jobs} hold=${hold} />`)}</ul>`}<//>
  <//>`;
}

export const routes = [{path: '/failures', title: 'Failures', view: Failures, nav: true}];
