// A new dataset: which samples, and what is made of them; or more samples for a dataset that there is.
import {html, useEffect, useState} from '../lib/html.js';
import {get, post} from '../lib/api.js';
import {Elsewhere, pair, refinery} from '../lib/actions.js';
import {navigate, useQuery} from '../lib/router.js';
import {Loading, Page, Panel, Problem} from '../lib/ui.js';
import {SchemaForm, textsOf, valueOf} from './form.js';

const words = (description, ...values) => ({type: 'string', enum: values, default: values[0], description});
const several = (description, values) => ({type: 'array', items: {type: 'string', enum: values}, description, examples: [values]});

/** As the request is in the API's description. */
const SELECTION = {properties: {
  survey_id: {type: 'string', description: 'All samples of a survey that are quantified.', examples: ['survey-…']},
  samples: {type: 'array', items: {type: 'string'}, description: 'Or these: run accessions or ids of batches.'},
  query: {type: 'object', description: 'Or all that are found by these words.', properties: {
    organism: {type: 'string', examples: ['homo_sapiens']}, tissue: {type: 'string'}, library_strategy: {type: 'string', examples: ['RNA-Seq']}}},
}};
const MADE = {properties: {
  level: words('A row for each.', 'gene', 'transcript'),
  counts: words("Whether counts come from abundances; the words are tximport's.", 'no', 'scaledTPM', 'lengthScaledTPM', 'dtuScaledTPM'),
  normalise: words('Between samples.', 'none', 'tmm', 'tmmwsp', 'rle', 'upperquartile', 'ratio', 'poscounts', 'quantile'),
  aggregate: words('What becomes one matrix.', 'all', 'species', 'experiment'),
  formats: several('Of the files.', ['tsv.gz', 'mtx', 'parquet', 'h5ad', 'quant.sf']),
  pipeline: {type: 'string', description: 'Whose results are taken, where samples have those of several.'},
}};

/** The request as a command. */
function command({base, survey_id: survey, samples = [], query = {}, ...fields}) {
  const said = Object.entries(fields).map(([name, value]) => pair(name, [value].flat().join(',')));
  const chosen = [...samples, ...(survey ? [pair('survey', survey)] : []), ...Object.entries(query).map(([key, value]) => pair('query.' + key, value))];
  return refinery('dataset', ...(base ? ['append', base] : ['create']), ...(chosen.length > 0 ? chosen : ['SAMPLE']), ...said);
}

function New() {
  const [query] = useQuery();
  const [base, setBase] = useState(null);
  const [error, setError] = useState(null);
  useEffect(() => {
    if (query.base) get('/datasets/' + encodeURIComponent(query.base)).then(setBase, setError);
  }, [query.base]);
  return html`<${Page} title=${query.base ? 'More samples for a dataset' : 'New dataset'} crumbs=${[{to: '/datasets', title: 'Datasets'}]}
      lead=${query.base ? html`A new version of <code>${query.base}</code>; what it has is not read again.` : 'The same request of the same inputs is the same dataset.'}>
    ${error ? html`<${Problem} error=${error} />` : query.base && !base ? html`<${Loading} />` : html`<${Form} base=${base} survey=${query.survey_id} />`}<//>`;
}

function Form({base, survey}) {
  const [texts, setTexts] = useState(() => (base ? textsOf(MADE, base.request) : {'/survey_id': survey || ''}));
  const [state, setState] = useState({});
  const selection = valueOf(SELECTION, texts);
  const made = valueOf(MADE, texts);
  const body = {...(base && {...rest(base.request), base: base.id}), ...selection.value, ...made.value};
  const submit = async event => {
    event.preventDefault();
    setState({busy: true});
    try {
      navigate('/datasets/' + (await post('/datasets', body)).id);
    } catch (error) {
      setState({error});
    }
  };
  const form = schema => html`<${SchemaForm} schema=${schema} texts=${texts} wrongs=${state.error?.errors || []} onText=${(pointer, text) => setTexts(old => ({...old, [pointer]: text}))} />`;
  return html`<form class="page" noValidate onSubmit=${submit}>
    <${Problem} error=${state.error} />
    <div class="grid two"><${Panel} title="Samples">${form(SELECTION)}<//><${Panel} title="What is made of them">${form(MADE)}<//></div>
    <div class="actions"><button type="submit" class="primary" disabled=${state.busy}>${base ? 'Append them' : 'Make it'}</button></div>
    <${Elsewhere} method="POST" path="/datasets" body=${body} cli=${command({...selection.value, ...made.value, base: base?.id})} />
  </form>`;
}

/** What a new version takes over: all but which samples. */
const rest = ({survey_id, samples, samples_asked, query, ...request}) => request;

export const routes = [{path: '/datasets/new', title: 'New dataset', view: New, nav: false}];
