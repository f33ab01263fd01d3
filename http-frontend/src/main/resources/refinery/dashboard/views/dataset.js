// Dataset.
import {html} from '../lib/html.js';
import {Empty, Page} from '../lib/ui.js';

function Dataset() {
  return html`<${Page} title="Dataset"><${Empty} title="This room is not furnished yet." /><//>`;
}

export const routes = [{path: '/datasets/{id}', title: 'Dataset', view: Dataset, nav: false}];
