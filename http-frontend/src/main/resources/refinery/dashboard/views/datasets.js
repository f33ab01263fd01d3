// Datasets.
import {html} from '../lib/html.js';
import {Empty, Page} from '../lib/ui.js';

function Datasets() {
  return html`<${Page} title="Datasets"><${Empty} title="This room is not furnished yet." /><//>`;
}

export const routes = [{path: '/datasets', title: 'Datasets', view: Datasets, nav: true}];
