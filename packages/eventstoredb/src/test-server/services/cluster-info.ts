/** What clients ask before they work: who is there (`Gossip.Read`), and what the server can do (`ServerFeatures`). */

import type { ClusterInfo } from '@eventstore/db-client/generated/gossip_pb.js';
import gossip from '@eventstore/db-client/generated/gossip_pb.js';
import type { SupportedMethods } from '@eventstore/db-client/generated/serverfeatures_pb.js';
import features from '@eventstore/db-client/generated/serverfeatures_pb.js';
import type { Empty } from '@eventstore/db-client/generated/shared_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import type { handleUnaryCall } from '@grpc/grpc-js';
import type { Member, NodeContext } from '../node-context.ts';
import { fullVersions } from '../server-version.ts';
import { answering } from './answering.ts';

export function readGossip(node: NodeContext): handleUnaryCall<Empty, ClusterInfo> {
  return (call, callback) =>
    answering(node, 'gossip', { call, callback })(() =>
      new gossip.ClusterInfo().setMembersList(node.members().map((member) => memberInfo(member, node.log.now))),
    );
}

function memberInfo({ instanceId, role, isAlive, address, port }: Member, now: number) {
  const { LEADER, FOLLOWER, UNKNOWN } = gossip.MemberInfo.VNodeState;
  const states = { leader: LEADER, follower: FOLLOWER, leaderless: UNKNOWN };
  return new gossip.MemberInfo()
    .setInstanceId(new shared.UUID().setString(instanceId))
    .setTimeStamp(String(BigInt(now) * 10_000n))
    .setState(states[role])
    .setIsAlive(isAlive)
    .setHttpEndPoint(new gossip.EndPoint().setAddress(address).setPort(port));
}

export function getSupportedMethods(node: NodeContext): handleUnaryCall<Empty, SupportedMethods> {
  return (call, callback) =>
    answering(node, 'serverFeatures', { call, callback })(() =>
      new features.SupportedMethods()
        .setEventStoreServerVersion(fullVersions[node.version])
        .setMethodsList(
          [...supported, ...(node.version === '25.1' ? supportedFrom25 : [])].map(([service, method, ...names]) =>
            new features.SupportedMethod().setServiceName(service).setMethodName(method).setFeaturesList(names),
          ),
        ),
    );
}

type Method = readonly [service: string, method: string, ...features: string[]];

/** What this server implements, in lower case as the real one has it. */
const supported: readonly Method[] = [
  ['event_store.client.streams.streams', 'read', 'position', 'events'],
  ['event_store.client.streams.streams', 'append'],
  ['event_store.client.streams.streams', 'batchappend', 'deadline_duration'],
  ['event_store.client.streams.streams', 'delete'],
  ['event_store.client.streams.streams', 'tombstone'],
  ['event_store.client.gossip.gossip', 'read'],
  ['event_store.client.server_features.serverfeatures', 'getsupportedmethods'],
];
const supportedFrom25: readonly Method[] = [['kurrentdb.protocol.v2.streams.streamsservice', 'appendsession']];
