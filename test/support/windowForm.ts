import type { Response } from 'supertest';
import { type Element, readPage, within, wordsOf } from '../stories/articles/page.ts';
import type { Visitor } from './web.ts';

/** The sending window as somebody without JavaScript has it: its fields, to be changed and sent. */
export interface WindowForm {
  /** All that can be read in it. */
  words: string;
  fields: Record<string, string | string[]>;
  /** What stands in a field that is sent once. */
  value(name: string): string;
  /** The values of what can be ticked, ticked or not. */
  boxes(name: string): string[];
  /** The page that the preview's frame shows. */
  previewUrl: string;
  status: number;
  html: string;
}

/** Reads the window out of an answer. */
export function windowForm({ text, status }: Response): WindowForm {
  const page = readPage(text);
  const form = within(page).find(({ attributes }) => attributes.id === 'window-form');
  const all = form ? within(form) : [];
  const fields: Record<string, string | string[]> = {};
  for (const [name, value] of all.flatMap(valueOf))
    if (name === 'ids' || name === 'documents')
      fields[name] = [...((fields[name] as string[] | undefined) ?? []), value];
    else if (name !== '_csrf') fields[name] = value;
  const sending = within(page).find(({ attributes }) => /\bsending\b/.test(attributes.class ?? ''));
  return {
    words: wordsOf(sending ?? page),
    fields,
    value: (name) => String(fields[name] ?? ''),
    boxes: (name) =>
      all.flatMap(({ attributes }) =>
        attributes.name === name && attributes.type === 'checkbox' ? [attributes.value ?? ''] : [],
      ),
    previewUrl: all.find(({ tag }) => tag === 'iframe')?.attributes.src ?? '',
    status,
    html: text,
  };
}

function valueOf({ tag, attributes, children }: Element): [string, string][] {
  const { name, value = '', type } = attributes;
  if (!name || tag === 'button') return [];
  if (tag === 'textarea') return [[name, children.join('')]];
  if (tag !== 'input' || (type === 'checkbox' && !('checked' in attributes))) return [];
  return [[name, value]];
}

/** Opens the window at an address. */
export const openWindow = async (who: Visitor, url: string): Promise<WindowForm> => windowForm(await who.get(url));
