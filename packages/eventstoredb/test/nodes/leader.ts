/** Which node of a cluster leads, by its gossip: any node that answers is believed. */
import fs from 'node:fs';
import clients from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import type { ClusterInfo } from '@eventstore/db-client/generated/gossip_pb.js';
import gossip from '@eventstore/db-client/generated/gossip_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import { credentials, Metadata } from '@grpc/grpc-js';

const patience = 1_000;

/** The index of the host that leads, of those in a connection string; rejects where none is known for half a minute. */
export async function leaderOf(address: string): Promise<number> {
  const { hosts, channel } = partsOf(address);
  for (const end = Date.now() + 30_000; Date.now() < end; ) {
    for (const host of hosts) {
      const info = await gossipOf(host, channel).catch(() => undefined);
      const leader = info?.getMembersList().find(isLeader)?.getHttpEndPoint();
      const index = hosts.indexOf(`${leader?.getAddress()}:${leader?.getPort()}`);
      if (index >= 0) return index;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`none of ${hosts.join(', ')} says that one of them leads`);
}

function partsOf(address: string) {
  const [, hosts = '', query = ''] = /^[^/]*\/\/(?:[^@]*@)?([^?/]*)\/?\??(.*)$/.exec(address) ?? [];
  const options = new URLSearchParams(query);
  const caFile = [...options].find(([key]) => key.toLowerCase() === 'tlscafile')?.[1];
  const channel =
    options.get('tls') === 'false'
      ? credentials.createInsecure()
      : credentials.createSsl(caFile === undefined ? null : fs.readFileSync(caFile));
  return { hosts: hosts.split(',').map((host) => (/:\d+$/.test(host) ? host : `${host}:2113`)), channel };
}

function isLeader(member: ReturnType<ClusterInfo['getMembersList']>[number]): boolean {
  return member.getIsAlive() && member.getState() === gossip.MemberInfo.VNodeState.LEADER;
}

function gossipOf(host: string, channel: ReturnType<typeof credentials.createInsecure>): Promise<ClusterInfo> {
  const client = new clients.GossipClient(host, channel);
  return new Promise<ClusterInfo>((resolve, reject) => {
    client.read(new shared.Empty(), new Metadata(), { deadline: Date.now() + patience }, (error, info) =>
      error ? reject(error) : resolve(info),
    );
  }).finally(() => client.close());
}
