// Schedules: surveys that are posted again and again.
import {html, useEffect, useState} from '../lib/html.js';
import {get, post, useGet} from '../lib/api.js';
import {Action, Elsewhere, pair, refinery} from '../lib/actions.js';
import {Link, useQuery} from '../lib/router.js';
import {Table} from '../lib/table.js';
import {State} from '../lib/states.js';
import {ago, count, time} from '../lib/format.js';
import {Dialog, Empty, Facts, Filters, Loaded, Page, Panel, Problem} from '../lib/ui.js';

function Schedules() {
  const [query, set] = useQuery();
  const [adding, add] = useState(false);
  const [version, again] = useState(0);
  return html`<${Page} title="Schedules" lead="Surveys that are posted again when their time comes." actions=${html`<button type="button" class="primary" onClick=${() => add(true)}>Add a schedule</button>`}>
    <${Filters} fields=${[{key: 'state', label: 'State', options: ['active', 'paused']}]} />
    <${Table} key=${version} label="Schedules" rowKey="name" source=${{path: '/schedules', query: {state: query.state}}} columns=${COLUMNS} live=${{kind: 'schedule'}}
      onOpen=${row => set({show: row.name === query.show ? '' : row.name}, {replace: true})} exportName="schedules" height="50vh"
      empty=${html`<${Empty} title="There is no schedule"><p>Add one here, or by <code>refinery schedule add</code>.</p><//>`} />
    ${query.show && html`<${One} key=${query.show} name=${query.show} onGone=${() => { set({show: ''}, {replace: true}); again(version + 1); }} onChanged=${() => again(version + 1)} />`}
    ${adding && html`<${Add} onClose=${() => add(false)} onMade=${made => { add(false); again(version + 1); set({show: made.name}, {replace: true}); }} />`}
  <//>`;
}

const COLUMNS = [
  {key: 'name', title: 'Schedule', sort: true, render: row => html`<${Link} to=${'/schedules?show=' + encodeURIComponent(row.name)}>${row.name}<//>`},
  {key: 'state', title: 'State', sort: true, render: row => html`<${State} value=${row.state} />`},
  {key: 'cron', title: 'When', render: row => html`<code>${row.cron}</code> <span class="muted">${row.timezone}</span>`, text: row => `${row.cron} ${row.timezone}`},
  {key: 'next_at', title: 'Next', sort: true, render: row => (row.waiting_at ? html`<span class="wait-text">waits until its last survey has ended</span>` : row.next_at ? ago(row.next_at) : '–')},
  {key: 'last_at', title: 'Last', sort: true, wide: true, render: row => ago(row.last_at)},
  {key: 'source', title: 'Source', wide: true, text: row => row.survey.source, render: row => row.survey.source},
  {key: 'runs', title: 'Surveys posted', align: 'end', text: row => row.runs.length, render: row => count(row.runs.filter(run => run.survey_id).length)},
];

/** One schedule with what can be done and its last surveys. */
function One({name, onGone, onChanged}) {
  const path = '/schedules/' + encodeURIComponent(name);
  const schedule = useGet(path);
  const changed = () => {
    schedule.reload();
    onChanged();
  };
  return html`<${Panel} title=${name} actions=${schedule.data && html`
      ${schedule.data.state === 'active' ? html`<${Action} label="Pause" method="PATCH" path=${path} body=${{paused: true}} cli=${refinery('schedule', 'pause', name)} onDone=${changed} />`
        : html`<${Action} label="Resume" method="PATCH" path=${path} body=${{paused: false}} cli=${refinery('schedule', 'resume', name)} onDone=${changed} primary />`}
      <${Action} label="Run now" path=${path + '/run'} cli=${refinery('schedule', 'run', name)} onDone=${changed} />
      <${Action} label="Remove" method="DELETE" path=${path} cli=${refinery('schedule', 'remove', name)} danger confirm="Its surveys, and what they found and refined, stay." onDone=${onGone} />`}>
    <${Loaded} of=${schedule}>${found => html`<div class="stack">
      <${Facts} items=${[['State', html`<${State} value=${found.state} />`], ['Cron', html`<code>${found.cron}</code>`], ['Time zone', found.timezone], ['Next', found.next_at && html`${time(found.next_at)} (${ago(found.next_at)})`],
        ['Waiting since', found.waiting_at && time(found.waiting_at)], ['Last', found.last_at && time(found.last_at)], ['Last changed by', found.actor && html`<span class="actor">${found.actor}</span>`],
        ['Source', found.survey.source], ['Pipeline', found.survey.pipeline], ['Parameters', html`<code>${JSON.stringify(found.survey.parameters)}</code>`]]} />
      <h3>Surveys posted</h3>
      ${found.runs.length === 0 ? html`<p class="muted">It has posted none yet.</p>` : html`<div class="scroll tall" tabindex="0" role="region" aria-label="Surveys posted"><table class="plain">
        <thead><tr><th scope="col">Due</th><th scope="col">Survey</th><th scope="col">State</th><th scope="col" class="number">Withdrawn</th></tr></thead>
        <tbody>${found.runs.map(run => html`<tr key=${run.due_at + run.at}><th scope="row">${time(run.due_at)}</th><td>${run.survey_id ? html`<${Link} to=${'/surveys/' + run.survey_id}>${run.survey_id}<//>` : html`<span class="bad-text">refused:</span> ${run.reason}`}</td>
          <td>${run.state ? html`<${State} value=${run.state} />` : run.survey_id ? html`<${State} value="running" />` : ''}</td><td class="number">${count(run.withdrawn)}</td></tr>`)}</tbody></table></div>`}</div>`}<//><//>`;
}

const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';

function Add({onClose, onMade}) {
  const sources = useGet('/sources');
  const [form, setForm] = useState({name: '', cron: '30 2 * * *', timezone: ZONE, source: 'ena', parameters: ''});
  const [error, setError] = useState(null);
  const [busy, setBusy] = useState(false);
  const change = patch => setForm(old => ({...old, ...patch}));
  const example = sources.data?.items.find(source => source.name === form.source)?.examples?.[0];
  let parameters = null;
  let unread = null;
  try {
    parameters = JSON.parse(form.parameters || '{}');
  } catch (wrong) {
    unread = wrong.message;
  }
  const body = {name: form.name, cron: form.cron, timezone: form.timezone, survey: {source: form.source, parameters}};
  const make = async event => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      onMade(await post('/schedules', body));
    } catch (refused) {
      setError(refused);
      setBusy(false);
    }
  };
  return html`<${Dialog} title="Add a schedule" onClose=${onClose}><form onSubmit=${make}>
    <label class="field"><span>Name</span><input required pattern="[a-z0-9][a-z0-9._\\-]*" maxlength="100" value=${form.name} placeholder="nightly" spellcheck="false" onInput=${event => change({name: event.target.value})} /></label>
    <label class="field"><span>When (minute, hour, day of month, month, day of week)</span><input required value=${form.cron} spellcheck="false" onInput=${event => change({cron: event.target.value})} /></label>
    <label class="field"><span>Time zone</span><input required value=${form.timezone} spellcheck="false" onInput=${event => change({timezone: event.target.value})} /></label>
    <${Next} cron=${form.cron} timezone=${form.timezone} />
    <label class="field"><span>Source</span><select value=${form.source} onChange=${event => change({source: event.target.value, parameters: ''})}>
      ${(sources.data?.items || [{name: 'ena'}]).map(source => html`<option value=${source.name}>${source.name}</option>`)}</select></label>
    <label class="field"><span>Parameters (JSON)</span><textarea required spellcheck="false" value=${form.parameters} placeholder=${example ? JSON.stringify(example, null, 2) : '{}'} onInput=${event => change({parameters: event.target.value})}></textarea>
      <small>${unread ? html`<span class="bad-text">not JSON: ${unread}</span>` : form.parameters ? '' : 'what the source takes, such as the example; {} for nothing'}</small></label>
    <${Problem} error=${error} />
    ${parameters && html`<${Elsewhere} method="POST" path="/schedules" body=${body} cli=${refinery('schedule', 'add', form.name || 'NAME', form.cron, '--timezone', form.timezone, form.source, ...Object.entries(parameters).map(([key, value]) => pair(key, value)))} />`}
    <div class="actions end"><button type="button" onClick=${onClose}>Not now</button><button type="submit" class="primary" disabled=${busy || unread !== null}>Add it</button></div>
  </form><//>`;
}

/** The next five times of a cron expression, asked for when the typing pauses. */
function Next({cron, timezone}) {
  const [found, setFound] = useState({});
  useEffect(() => {
    const stop = new AbortController();
    const timer = setTimeout(() => get('/timetable', {query: {cron: cron || ' ', timezone: timezone || ' ', count: 5}, signal: stop.signal})
      .then(answer => setFound({times: answer.times}), error => stop.signal.aborted || setFound({error})), 250);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [cron, timezone]);
  return html`<div class="next-times" role="status">
    ${found.error && html`<p class="bad-text">✕ ${found.error.errors?.length ? found.error.errors.map(each => `${each.pointer.slice(1)} ${each.message}`).join('; ') : found.error.detail}</p>`}
    ${found.times && html`<p class="muted">The next times:</p><ol>${found.times.map(at => html`<li key=${at}>${time(at, {day: true, seconds: false})} <span class="muted">${ago(at)}</span></li>`)}</ol>`}</div>`;
}

export const routes = [{path: '/schedules', title: 'Schedules', view: Schedules, nav: true}];
