// A new survey: a form made of what its source and its pipeline take.
import {html, useEffect, useMemo, useRef, useState} from '../lib/html.js';
import {get, post, useGet} from '../lib/api.js';
import {Elsewhere, pair, refinery} from '../lib/actions.js';
import {navigate, useQuery} from '../lib/router.js';
import {Loaded, Page, Panel, Problem} from '../lib/ui.js';
import {Field, SchemaForm, textsOf, valueOf} from './form.js';

/** The same survey as a command. */
export function command(body) {
  const words = ['survey', body.source, ...Object.entries(body.parameters || {}).map(([name, value]) => pair(name, value))];
  if (body.pipeline) words.push('--pipeline', body.pipeline);
  for (const [name, value] of Object.entries(body.pipeline_parameters || {})) words.push('-P', pair(name, value));
  if (body.priority !== undefined) words.push('--priority', body.priority);
  for (const [name, value] of Object.entries(body.labels || {})) words.push('--label', pair(name, value));
  if (body.reuse === false) words.push('--no-reuse');
  if (body.plan) words.push('--dry-run');
  return refinery(...words);
}

/** Lines of name=value as an object; {value, wrongs}. */
function labelsOf(text) {
  const labels = {};
  const wrongs = [];
  for (const line of text.split('\n').map(each => each.trim()).filter(Boolean)) {
    const at = line.indexOf('=');
    if (at < 1) wrongs.push({pointer: '/labels', message: `“${line}” is no name=value`});
    else labels[line.slice(0, at).trim()] = line.slice(at + 1).trim();
  }
  return {value: labels, wrongs};
}

function New() {
  const [query] = useQuery();
  const catalog = useGet('/sources');
  const pipelines = useGet('/pipelines');
  const [model, setModel] = useState(null);
  const [failed, setFailed] = useState(null);
  useEffect(() => {
    if (query.from) get('/surveys/' + encodeURIComponent(query.from)).then(setModel, setFailed);
  }, [query.from]);
  return html`<${Page} title="New survey" crumbs=${[{to: '/surveys', title: 'Surveys'}]}>
    ${failed && html`<${Problem} error=${failed} />`}
    <${Loaded} of=${catalog}>${sources => html`<${Loaded} of=${pipelines}>${known => (query.from && !model && !failed ? null
      : html`<${Form} key=${model?.id || ''} sources=${sources.items.filter(source => source.name !== 'dataset')} pipelines=${known.items} model=${model} />`)}<//>`}<//>
  <//>`;
}

function initial(sources, model, asked) {
  const source = sources.find(each => each.name === (model?.source || asked)) || sources[0];
  return {
    source: source.name, pipeline: model && model.pipeline !== source.default_pipeline ? model.pipeline : '',
    texts: model ? textsOf(source.parameters, model.parameters) : {}, chosen: Object.fromEntries(Object.entries(model?.pipeline_parameters || {}).map(([name, value]) => ['/' + name, value])),
    priority: model ? String(model.priority) : '', labels: Object.entries(model?.labels || {}).map(pair => pair.join('=')).join('\n'),
    reuse: model ? model.reuse !== false : true, plan: Boolean(model?.plan),
  };
}

function Form({sources, pipelines, model}) {
  const [query, set] = useQuery();
  const [form, setForm] = useState(() => initial(sources, model, query.source));
  const [state, setState] = useState({});
  const summary = useRef(null);
  const source = sources.find(each => each.name === form.source);
  const pipeline = pipelines.find(each => each.name === (form.pipeline || source.default_pipeline));
  const change = patch => setForm(old => ({...old, ...patch}));
  const {body, own} = useMemo(() => bodyOf(form, source, pipeline), [form, source, pipeline]);
  const wrongs = [...own, ...(state.error?.errors || [])];
  const below = prefix => wrongs.filter(wrong => wrong.pointer.startsWith(prefix + '/')).map(wrong => ({...wrong, pointer: wrong.pointer.slice(prefix.length)}));
  const at = pointer => wrongs.filter(wrong => wrong.pointer === pointer || wrong.pointer.startsWith(pointer + '/'));
  const submit = async event => {
    event.preventDefault();
    if (own.length > 0) {
      setState({error: {detail: 'Some fields cannot be read.', errors: []}});
      return;
    }
    setState({busy: true});
    try {
      const made = await post('/surveys', body);
      navigate('/surveys/' + made.id);
    } catch (error) {
      setState({error});
    }
  };
  useEffect(() => {
    if (state.error) summary.current?.focus();
  }, [state.error]);

  return html`<form class="page" noValidate onSubmit=${submit}>
    ${state.error && html`<div ref=${summary} tabindex="-1"><${Problem} error=${state.error} /></div>`}
    <div class="grid two">
      <${Panel} title="What to survey">
        <${Field} label="Source" help=${source.description} wrongs=${at('/source')} control=${attributes => html`<select ...${attributes} value=${form.source}
          onChange=${event => { change({source: event.target.value, texts: {}, pipeline: '', chosen: {}}); setState({}); set({source: event.target.value, from: ''}, {replace: true}); }}>
          ${sources.map(each => html`<option value=${each.name}>${each.name}</option>`)}</select>`} />
        ${source.examples?.length > 0 && html`<p class="examples"><span class="muted">Examples:</span> ${source.examples.slice(0, 4).map(example => html`<button type="button" class="quiet small"
          onClick=${() => change({texts: textsOf(source.parameters, example)})}>${JSON.stringify(example).slice(0, 70)}</button>`)}</p>`}
        <${SchemaForm} schema=${source.parameters} texts=${form.texts} wrongs=${below('/parameters')} onText=${(pointer, text) => setForm(old => ({...old, texts: {...old.texts, [pointer]: text}}))} />
        ${wrongs.filter(wrong => wrong.pointer === '/parameters').map(wrong => html`<p class="bad-text"><span aria-hidden="true">✕</span> ${wrong.message}</p>`)}
      <//>
      <div class="page">
        <${Panel} title="What to do with it">
          <${Field} label="Pipeline" help=${pipeline?.description} wrongs=${at('/pipeline')} control=${attributes => html`<select ...${attributes} value=${form.pipeline} onChange=${event => change({pipeline: event.target.value, chosen: {}})}>
            <option value="">${source.default_pipeline} (the source's own)</option>${pipelines.filter(each => each.name !== source.default_pipeline).map(each => html`<option value=${each.name}>${each.name}</option>`)}</select>`} />
          ${pipeline?.parameters?.properties && Object.keys(pipeline.parameters.properties).length > 0 && html`<details class="group" open=${below('/pipeline_parameters').length > 0 || Object.keys(form.chosen).length > 0}><summary>Parameters of the pipeline</summary>
            <fieldset><legend class="hidden">Parameters of the pipeline</legend><${SchemaForm} schema=${{...pipeline.parameters, required: []}} texts=${form.chosen} wrongs=${below('/pipeline_parameters')} onText=${(pointer, text) => setForm(old => ({...old, chosen: {...old.chosen, [pointer]: text}}))} /></fieldset></details>`}
          <label class="check"><input type="checkbox" checked=${form.plan} onChange=${event => change({plan: event.target.checked})} /> <span><b>Plan first</b> <small>Nothing is fetched until you answer: it finds out what there is, and forecasts bytes, cpu hours and time.</small></span></label>
          <label class="check"><input type="checkbox" checked=${form.reuse} onChange=${event => change({reuse: event.target.checked})} /> <span><b>Reuse equal results</b> <small>What was refined before from the same bytes by the same tools is not made again.</small></span></label>
        <//>
        <${Panel} title="How">
          <${Field} label="Priority" help="0 to 100, larger first; 50 unless said otherwise." wrongs=${at('/priority')} control=${attributes => html`<input ...${attributes} type="text" inputmode="numeric" size="6" placeholder="50" value=${form.priority} onInput=${event => change({priority: event.target.value})} />`} />
          <${Field} label="Labels" help="name=value, a line each." wrongs=${at('/labels')} control=${attributes => html`<textarea ...${attributes} rows="2" spellcheck="false" value=${form.labels} onInput=${event => change({labels: event.target.value})}></textarea>`} />
        <//>
      </div>
    </div>
    <div class="actions"><button type="submit" class="primary" disabled=${state.busy}>${form.plan ? 'Plan the survey' : 'Start the survey'}</button>
      <span role="status" class="muted">${state.busy ? 'Posting…' : ''}</span></div>
    <${Elsewhere} method="POST" path="/surveys" body=${body} cli=${command(body)} />
  </form>`;
}

/** The request, and what in the form cannot be made a request of. */
function bodyOf(form, source, pipeline) {
  const parameters = valueOf(source.parameters, form.texts);
  const labels = labelsOf(form.labels);
  const asked = valueOf(pipeline?.parameters || {}, form.chosen);
  const body = {source: form.source, parameters: parameters.value};
  if (form.pipeline) body.pipeline = form.pipeline;
  if (Object.keys(asked.value).length > 0) body.pipeline_parameters = asked.value;
  if (form.priority.trim()) body.priority = /^-?\d+$/.test(form.priority.trim()) ? Number(form.priority) : form.priority;
  if (Object.keys(labels.value).length > 0) body.labels = labels.value;
  if (form.plan) body.plan = true;
  if (!form.reuse) body.reuse = false;
  return {body, own: [...parameters.wrongs.map(wrong => ({...wrong, pointer: '/parameters' + wrong.pointer})), ...labels.wrongs]};
}

export const routes = [{path: '/surveys/new', title: 'New survey', view: New, nav: false}];
