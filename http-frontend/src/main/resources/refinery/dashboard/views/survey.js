// Survey.
import {html} from '../lib/html.js';
import {Empty, Page} from '../lib/ui.js';

function Survey() {
  return html`<${Page} title="Survey"><${Empty} title="This room is not furnished yet." /><//>`;
}

export const routes = [{path: '/surveys/{id}', title: 'Survey', view: Survey, nav: false}];
