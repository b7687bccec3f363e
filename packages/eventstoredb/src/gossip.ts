/**
 * Who leads a cluster, as the node says that a client is connected to. It is asked over the client's own connection, as
 * nobody, and in bytes: the messages that the clients bring may be loaded once in a process, by the client that is used.
 */
import type { Channel as GrpcChannel } from '@grpc/grpc-js';
import type { BinaryReader } from 'google-protobuf';
import type { Channel } from './client-channel.ts';

/** How long a node may take to say so, in ms. */
const longestAnswer = 500;
const method = '/event_store.client.gossip.Gossip/Read';
const leading = 8;

/** The leader's `host:port`; `undefined` while there is none. Rejects where the node does not say, or not soon. */
export async function leaderBy(channel: Channel): Promise<string | undefined> {
  const [{ Client, credentials, Metadata }, { default: protobuf }] = await Promise.all([
    import('@grpc/grpc-js'),
    import('google-protobuf'),
  ]);
  const client = new Client('', credentials.createInsecure(), { channelOverride: channel as unknown as GrpcChannel });
  const same = (bytes: Buffer) => bytes;
  const options = { deadline: Date.now() + longestAnswer };
  const answer = await new Promise<Uint8Array>((resolve, reject) => {
    client.makeUnaryRequest(method, same, same, Buffer.alloc(0), new Metadata(), options, (error, bytes) => {
      if (bytes === undefined) reject(error);
      else resolve(new Uint8Array(bytes));
    });
  });
  return leaderIn(answer, (bytes) => new protobuf.BinaryReader(bytes));
}

type Open = (bytes: Uint8Array) => BinaryReader;

/** In the server's `ClusterInfo`. */
function leaderIn(clusterInfo: Uint8Array, open: Open): string | undefined {
  let leader: string | undefined;
  eachField(open(clusterInfo), (field, members) => {
    if (field !== 1) return false;
    let leads = false;
    let isAlive = false;
    let address = '';
    eachField(open(members.readBytes() as Uint8Array), (part, member) => {
      if (part === 3) leads = member.readEnum() === leading;
      else if (part === 4) isAlive = member.readBool();
      else if (part === 5) address = endPointIn(member.readBytes() as Uint8Array, open);
      else return false;
      return true;
    });
    if (leads && isAlive) leader = address;
    return true;
  });
  return leader;
}

function endPointIn(bytes: Uint8Array, open: Open): string {
  let host = '';
  let port = 0;
  eachField(open(bytes), (field, endPoint) => {
    if (field === 1) host = endPoint.readString();
    else if (field === 2) port = endPoint.readUint32();
    else return false;
    return true;
  });
  return `${host}:${port}`;
}

/** `take` says whether it has read the field. */
function eachField(reader: BinaryReader, take: (field: number, reader: BinaryReader) => boolean): void {
  while (reader.nextField()) if (!take(reader.getFieldNumber(), reader)) reader.skipField();
}
