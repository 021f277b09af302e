import { createHash } from 'node:crypto';
import type { Db } from './database.ts';
import { inChunks } from './rows.ts';

/** A file that belongs to an invoice. */
export interface DocumentInfo {
  id: number;
  invoiceId: number;
  kind: 'invoice' | 'attachment';
  name: string;
  mediaType: string;
  sha256: string;
}

export const sha256Of = (content: Buffer): string => createHash('sha256').update(content).digest('hex');

/** Stores bytes under their hash, once; returns the hash. */
export async function putBlob(db: Db, content: Buffer): Promise<string> {
  const sha256 = sha256Of(content);
  await db('blobs').insert({ sha256, size: content.length, content }).onConflict('sha256').ignore();
  return sha256;
}

/** The bytes behind a hash; throws when the database lost them. */
export async function getBlob(db: Db, sha256: string): Promise<Buffer> {
  const row: { content: Buffer } | undefined = await db('blobs').select('content').where({ sha256 }).first();
  if (!row) throw new Error(`no stored file has the hash ${sha256}`);
  return row.content;
}

/** Puts a file on record for an invoice; the same name replaces the file that had it. */
export async function putDocument(
  db: Db,
  document: Omit<DocumentInfo, 'id' | 'sha256'> & { content: Buffer; addedAt: string },
): Promise<void> {
  const { invoiceId, kind, name, mediaType, content, addedAt } = document;
  const sha256 = await putBlob(db, content);
  await db('documents')
    .insert({ invoice_id: invoiceId, kind, name, media_type: mediaType, sha256, added_at: addedAt })
    .onConflict(['invoice_id', 'name'])
    .merge();
}

/** The documents of some invoices that go out with a reminder: the invoices themselves. */
export async function invoiceDocuments(db: Db, invoiceIds: readonly number[]): Promise<Map<number, DocumentInfo[]>> {
  const rows: DocumentInfo[] = [];
  for (const ids of inChunks(invoiceIds))
    rows.push(
      ...((await db
        .select({
          id: 'id',
          invoiceId: 'invoice_id',
          kind: 'kind',
          name: 'name',
          mediaType: 'media_type',
          sha256: 'sha256',
        })
        .from('documents')
        .whereIn('invoice_id', ids)
        .andWhere({ kind: 'invoice' })
        .orderBy('id')) as DocumentInfo[]),
    );
  return Map.groupBy(rows, ({ invoiceId }) => invoiceId);
}

/** A document with the number of its bytes. */
export interface DocumentFile extends DocumentInfo {
  size: number;
}

/** The invoices' own documents with their sizes, in the order of the ids given. */
export async function invoiceFiles(db: Db, invoiceIds: readonly number[]): Promise<DocumentFile[]> {
  const documents = await invoiceDocuments(db, invoiceIds);
  const listed = [...new Set(invoiceIds)].flatMap((id) => documents.get(id) ?? []);
  const hashes = [...new Set(listed.map(({ sha256 }) => sha256))];
  const sizes = new Map<string, number>();
  for (const part of inChunks(hashes))
    for (const row of (await db('blobs').select('sha256', 'size').whereIn('sha256', part)) as {
      sha256: string;
      size: number;
    }[])
      sizes.set(row.sha256, row.size);
  return listed.map((one) => ({ ...one, size: sizes.get(one.sha256) ?? 0 }));
}

/** The largest file that goes out with a reminder about an invoice that is not settled: its bytes, and the invoice's number. */
export const largestDocument = (db: Db): Promise<{ size: number; invoice: string } | undefined> =>
  db
    .select({ size: 'b.size', invoice: 'i.number' })
    .from('documents as d')
    .join('blobs as b', 'b.sha256', 'd.sha256')
    .join('invoices as i', 'i.id', 'd.invoice_id')
    .where({ 'd.kind': 'invoice' })
    .andWhere('i.outstanding_minor', '>', 0)
    .orderBy('b.size', 'desc')
    .first() as unknown as Promise<{ size: number; invoice: string } | undefined>;
