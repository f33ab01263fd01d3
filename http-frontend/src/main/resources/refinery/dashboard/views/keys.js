// The list of keys.
import {html} from '../lib/html.js';
import {Dialog} from '../lib/ui.js';

const KEYS = [
  ['/', 'Jump to an accession, id, node, digest, schedule or dataset'], ['?', 'This list'], ['j  k', 'Next and previous row of the list'],
  ['Enter', 'Open the row'], ['u', 'Up to the list'], ['x', 'Select the row, where rows can be selected'],
  ['Shift-x', 'Select all rows from the one that was selected last'], ['Home  End', 'First and last row'],
  ['Page ↓  Page ↑', 'A screen of rows'], ['Esc', 'Close what is open'],
];

export const Keys = ({onClose}) => html`<${Dialog} title="Keys" onClose=${onClose}>
  <dl class="keys">${KEYS.map(([keys, does]) => html`<div><dt>${keys.split('  ').map(key => html`<kbd>${key}</kbd> `)}</dt><dd>${does}</dd></div>`)}</dl><//>`;
