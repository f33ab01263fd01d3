// One survey: how far it is, what it asks, its samples against their steps, its plan and what came true, who did what.
import {html, useEffect, useRef, useState} from '../lib/html.js';
import {get, pages, useGet} from '../lib/api.js';
import {Action, Bulk, refinery} from '../lib/actions.js';
import {StackedBar} from '../lib/charts.js';
import {ago, bytes, count, duration, percent, time} from '../lib/format.js';
import {concerns, useLive} from '../lib/live.js';
import {link, Link, useQuery} from '../lib/router.js';
import {State} from '../lib/states.js';
import {History} from '../lib/story.js';
import {Table} from '../lib/table.js';
import {Facts, Loaded, Page, Panel, Problem, Tabs} from '../lib/ui.js';
import {because} from './jobs.js';
import {Matrix} from './matrix.js';
import {Question} from './question.js';
import {described, parts} from './surveys.js';

const ended = survey => survey.state !== 'running' && survey.state !== 'awaiting_input';

function Survey({params}) {
  const found = useGet('/surveys/' + encodeURIComponent(params.id));
  // What is retried stays as it is until the window of the retry is closed.
  const held = useRef(false);
  useLive(change => change.kind !== 'job', () => held.current || found.reload(), {throttle: 2000, survey: params.id});
  const hold = open => {
    held.current = open;
    if (!open) found.reload();
  };
  return html`<${Loaded} of=${found}>${survey => html`<${Shown} survey=${survey} reload=${found.reload} hold=${hold} />`}<//>`;
}

function Shown({survey, reload, hold}) {
  const [query] = useQuery();
  const tab = query.tab || 'matrix';
  return html`<${Page} title=${html`${survey.source} ${described(survey.parameters, 120)}`} name=${`${survey.source} ${described(survey.parameters, 40)}`}
      crumbs=${[{to: '/surveys', title: 'Surveys'}]} actions=${html`<${Actions} survey=${survey} onDone=${reload} hold=${hold} />`}
      lead=${html`<${State} value=${survey.state} /> <code>${survey.id}</code>${survey.reason && html`<span class="reason"> ${survey.reason}</span>`}`}>
    ${survey.question && html`<${Panel} title="It asks" class="asks"><${Question} survey=${survey} onDone=${reload} /><//>`}
    <${Progress} survey=${survey} />
    <${Tabs} tabs=${[{key: 'matrix', title: 'Samples × steps', count: count(survey.batches.total)}, {key: 'plan', title: 'Plan and what came true'}, {key: 'request', title: 'Request'}, {key: 'history', title: 'Who did what'}]} />
    ${tab === 'matrix' && !ended(survey) && html`<${Waits} survey=${survey} />`}
    ${tab === 'matrix' && html`<${Panel} title="Samples and steps" note="A cell leads to its job, a sample to its batch."><${Matrix} id=${survey.id} /><//>`}
    ${tab === 'plan' && html`<${Plan} id=${survey.id} />`}
    ${tab === 'request' && html`<${Request} survey=${survey} />`}
    ${tab === 'history' && html`<${Done} id=${survey.id} />`}
  <//>`;
}

const MOST = 10000;

/** The batches of a survey that have failed, as they are now. */
async function failedOf(survey) {
  const items = [];
  for await (const page of pages('/batches', {survey_id: survey.id, state: 'failed'})) {
    items.push(...page.items);
    if (items.length >= MOST) break;
  }
  return {items, note: items.length >= MOST && html`<p>The newest ${count(items.length)}: the rest by another retry after this one.</p>`};
}

function Actions({survey, onDone, hold}) {
  const path = verb => `/surveys/${survey.id}/${verb}`;
  return html`
    ${survey.batches.failed > 0 && html`<${Bulk} label=${`Retry ${count(survey.batches.failed)} failed`} verb="Retry" noun="batches" primary load=${() => failedOf(survey)} path=${id => `/batches/${id}/retry`} cli=${id => refinery('retry', id)} onOpen=${hold} />`}
    ${(survey.state === 'failed' || survey.state === 'cancelled') && html`<${Action} label="Take it up again" path=${path('retry')} cli=${refinery('retry', survey.id)} onDone=${onDone}
      confirm=${html`<p>Takes up the survey as a whole: its search goes on if that has failed or was cancelled, and of its ${count(survey.batches.total)} batches those that have failed${survey.state === 'cancelled' ? ' or were cancelled' : ''} are tried again.</p>`} />`}
    ${!ended(survey) && html`<${Action} label="Cancel" danger path=${path('cancel')} cli=${refinery('cancel', survey.id)} onDone=${onDone}
      confirm=${html`<p>Cancels this survey and every batch of it that no other survey wants: up to ${count(survey.batches.queued + survey.batches.downloading + survey.batches.processing)} that have not ended. What is done stays.</p>`} />`}
    ${survey.batches.done > 0 && html`<${Link} class="button" to=${link('/datasets/new', {survey_id: survey.id})}>Make a dataset…<//>`}
    <${Link} class="button" to=${link('/surveys/new', {from: survey.id})}>Survey again…<//>`;
}

function Progress({survey}) {
  const {batches, progress} = survey;
  const verdicts = ['pass', 'warn', 'fail'].filter(verdict => batches.quality[verdict] > 0);
  return html`<${Panel} title="Progress" note=${progress && `${count(progress.ended)} of ${count(batches.total)} batches have ended, ${percent(progress.ended, batches.total)}`}>
    <${StackedBar} title="Batches by state" parts=${parts(batches, survey.id)} />
    <p class="eta">${progress?.seconds_left !== null && progress?.seconds_left !== undefined
      ? html`<b>${duration(progress.seconds_left)} left</b>, at ${time(progress.expected_at)}, at ${count(+progress.per_hour.toPrecision(3))} batches an hour. <span class="muted">Measured: ${progress.basis}.</span>`
      : !ended(survey) && html`<span class="muted">When it ends is unknown: ${progress?.basis ?? 'it was not measured'}.</span>`}</p>
    ${verdicts.length > 0 && html`<p>Quality of what is done: ${verdicts.map(verdict => html`<${Link} class="chip" to=${link('/batches', {survey_id: survey.id, quality: verdict})}><${State} value=${verdict} /> ${count(batches.quality[verdict])}<//> `)}</p>`}
    ${batches.failed > 0 && html`<p><${Link} to=${link('/failures', {survey_id: survey.id})}>Why ${count(batches.failed)} failed, by cause<//></p>`}
  <//>`;
}

const LOOKED_AT = 20;

/** What jobs and batches of a survey wait for, each reason with one that says so, [reason, path]; and one of its jobs that are in line. */
async function waitsOf(id) {
  const list = async (room, state) => (await get(room, {query: {survey_id: id, state, limit: LOOKED_AT}})).items;
  const [waiting, unplaceable, downloaded, queued] = await Promise.all([list('/jobs', 'waiting'), list('/jobs', 'unplaceable'), list('/batches', 'downloaded'), list('/jobs', 'queued')]);
  const said = [...waiting, ...unplaceable].map(job => [because(job), '/jobs/' + job.id]);
  said.push(...downloaded.map(batch => [batch.reason, '/batches/' + batch.id]));
  return {said, ...(await lineOf(queued.at(-1)?.id))};
}

/** Why a job is still in line is known to the scheduler alone. */
async function lineOf(id) {
  const why = id && (await get(`/jobs/${id}/explanation`));
  return {inLine: id, line: why?.waiting ? [[why.reason, '/jobs/' + id]] : []};
}

function Waits({survey}) {
  const [state, setState] = useState({said: [], line: []});
  const asked = useRef(0);
  // Only the answer to what was asked last is shown.
  const read = answer => {
    const mine = ++asked.current;
    const show = next => mine === asked.current && setState(old => ({...old, error: null, ...next}));
    answer.then(show, error => show({error}));
  };
  useEffect(() => {
    read(waitsOf(survey.id));
    return () => { asked.current++; };
  }, [survey.id]);
  // What others do changes only why its jobs are in line and its batches wait for what others bring.
  useLive(undefined, news => {
    const waits = state.error || state.said.some(([, to]) => to.startsWith('/batches'));
    if (waits || concerns(news, survey.id)) read(waitsOf(survey.id));
    else if (state.inLine) read(lineOf(state.inLine));
  }, {throttle: 5000});
  const reasons = [...new Map([...state.said, ...state.line].filter(([reason]) => reason).reverse())].reverse();
  if (reasons.length === 0 && !state.error) return null;
  return html`<${Panel} title="What it waits for">
    <${Problem} error=${state.error} />
    <ul class="waits">${reasons.map(([reason, to]) => html`<li key=${to}>${reason} <${Link} to=${to}>${to.startsWith('/jobs') ? 'this job' : 'this batch'}<//></li>`)}</ul><//>`;
}

const HOURS = value => `${+value.toPrecision(3)} h`;
const FIGURES = [['bytes', 'Download', bytes], ['cpu_hours', 'Cpu', HOURS], ['seconds', 'Time', duration], ['disk_total', 'Disk, raw data and outputs', bytes],
  ['disk_kept', 'Disk that stays', bytes], ['disk_peak', 'Disk reserved at once', bytes]];
const unknown = html`<span class="muted">unknown</span>`;

/** A ratio in words and with a sign, within a quarter or not. */
function Ratio({value}) {
  if (value === null || value === undefined) return html`<span class="muted">–</span>`;
  const near = value >= 0.75 && value <= 1.25;
  return html`<span class=${near ? 'good-text' : 'wait-text'}><span aria-hidden="true">${near ? '✓' : value > 1 ? '▲' : '▼'}</span> ${+value.toPrecision(3)} ×</span>`;
}

const DECISIONS = [
  {key: 'decision', title: 'Decision', width: '110px', render: item => html`<span class=${'state ' + (item.decision === 'take' ? 'good' : 'gone')}><span aria-hidden="true">${item.decision === 'take' ? '✓' : '–'}</span> ${item.decision}</span>`},
  {key: 'key', title: 'Sample', sort: true, render: item => html`<${Link} to=${'/batches/' + item.batch_id}>${item.key}<//>`},
  {key: 'organism', title: 'Organism', sort: true, wide: true},
  {key: 'state', title: 'State', sort: true, render: item => html`<${State} value=${item.state} />`},
  {key: 'bytes', title: 'Bytes', align: 'end', sort: true, render: item => bytes(item.bytes)},
  {key: 'reason', title: 'Reason', render: item => html`<span title=${item.reason}>${item.reason ?? ''}</span>`},
];

function Plan({id}) {
  const found = useGet(`/surveys/${id}/plan`, {limit: 1});
  return html`<${Loaded} of=${found}>${({totals, came_true: truth}) => html`
    <${Panel} title="Forecast and what came true" note=${totals.basis}>
      <${Facts} items=${[['Take', count(totals.take)], ['Skip', count(totals.skip)], ['Files of unknown size', totals.files_of_unknown_size || null], ['Chosen', truth && count(truth.batches)], ['Of these ended', truth && count(truth.ended)],
        ['Limited by', totals.elapsed.limited_by], ['Money', totals.money && totals.money.once !== null && `${totals.money.once.toFixed(2)} ${totals.money.currency}`]]} />
      <div class="scroll" tabindex="0" role="region" aria-label="Figures"><table class="plain figures"><thead><tr><th scope="col">Figure</th><th scope="col" class="number">Forecast for all</th>${truth && html`<th scope="col" class="number">Forecast for the chosen</th><th scope="col" class="number">Came true</th><th scope="col" class="number">Ratio</th>`}</tr></thead>
        <tbody>${FIGURES.map(([key, title, format]) => {
          const all = {bytes: totals.bytes, cpu_hours: totals.cpu_hours, seconds: totals.elapsed.seconds, disk_total: totals.disk.total, disk_kept: totals.disk.kept, disk_peak: totals.disk.peak}[key];
          const one = truth?.[key];
          const shown = value => (value === null || value === undefined ? unknown : format(value));
          return html`<tr><th scope="row">${title}</th><td class="number">${shown(all)}</td>${truth && html`<td class="number">${shown(one?.forecast)}</td><td class="number">${shown(one?.actual)}</td><td class="number"><${Ratio} value=${one?.ratio} /></td>`}</tr>`;
        })}</tbody></table></div>
      <p class="muted">Time: ${totals.elapsed.basis}.</p>
    <//>
    <${Panel} title="Decisions" note="One for each batch, with the reason where it is not taken." flush><${Table} label="Decisions" columns=${DECISIONS} rowKey="batch_id" source=${{path: `/surveys/${id}/plan`}} to=${item => '/batches/' + item.batch_id} exportName=${'plan-' + id} /><//>`}<//>`;
}

function Request({survey}) {
  const [priority, setPriority] = useState(String(survey.priority));
  const valid = /^\d{1,3}$/.test(priority) && Number(priority) <= 100;
  return html`<${Panel} title="What was asked for">
    <${Facts} items=${[['Source', survey.source], ['Pipeline', survey.pipeline], ['Posted', html`${time(survey.created_at)} (${ago(survey.created_at)})`], ['Ended', survey.finished_at && time(survey.finished_at)],
      ['Who acted last', survey.actor], ['Plan first', survey.plan ? 'yes' : 'no'], ['Reuses results', survey.reuse === false ? 'no' : 'yes'],
      ['Survey job', survey.job_id && html`<${Link} to=${'/jobs/' + survey.job_id}><code>${survey.job_id}</code><//>`]]} />
    <div class="grid">
      <div><h3>Parameters</h3><pre>${JSON.stringify(survey.parameters, null, 2)}</pre></div>
      <div><h3>Of the pipeline</h3>${Object.keys(survey.pipeline_parameters).length > 0 ? html`<pre>${JSON.stringify(survey.pipeline_parameters, null, 2)}</pre>` : html`<p class="muted">None: its defaults.</p>`}</div>
      <div><h3>Labels</h3>${Object.keys(survey.labels).length > 0 ? html`<pre>${JSON.stringify(survey.labels, null, 2)}</pre>` : html`<p class="muted">None.</p>`}</div>
    </div>
    <div class="actions"><label class="inline"><span>Priority, 0 to 100</span> <input type="text" inputmode="numeric" size="4" value=${priority} onInput=${event => setPriority(event.target.value)} /></label>
      <${Action} label="Set priority" path=${`/surveys/${survey.id}/priority`} body=${{priority: Number(priority)}} disabled=${!valid} cli=${refinery('priority', survey.id, priority)} /></div>
    <p>Fetch its outputs, verified: <code>refinery fetch ${survey.id} --to results/</code>. Its metadata as a table:${' '}
      ${['tsv', 'amalgkit', 'refinebio'].map(format => html`<a href=${`/api/v1/surveys/${survey.id}/metadata?format=${format}`} download=${`${survey.id}.${format}.tsv`}>${format}</a> `)}</p>
  <//>`;
}

function Done({id}) {
  const found = useGet(`/surveys/${id}/history`);
  useLive({id}, found.reload);
  return html`<${Panel} title="Who did what" note="What people and programs caused; batches and jobs have their own histories."><${Loaded} of=${found}>${page => html`<${History} events=${page.items} />`}<//><//>`;
}

export const routes = [{path: '/surveys/{id}', title: 'Survey', view: Survey, nav: false}];
