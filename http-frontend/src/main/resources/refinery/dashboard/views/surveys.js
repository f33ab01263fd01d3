// Surveys.
import {html} from '../lib/html.js';
import {Empty, Page} from '../lib/ui.js';

function Surveys() {
  return html`<${Page} title="Surveys"><${Empty} title="This room is not furnished yet." /><//>`;
}

export const routes = [{path: '/surveys', title: 'Surveys', view: Surveys, nav: true}];
