/** All services of a node, ready to be served. What is not here is answered with UNIMPLEMENTED. */
import gossip from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import features from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import streams from '@eventstore/db-client/generated/streams_grpc_pb.js';
import type { Server } from '@grpc/grpc-js';
import type { NodeContext } from '../node-context.ts';
import { append } from './append.ts';
import { appendSession, sessionService } from './append-session.ts';
import { batchAppend } from './batch-append.ts';
import { getSupportedMethods, readGossip } from './cluster-info.ts';
import { softDelete, tombstone } from './delete.ts';
import { read } from './read.ts';

export function addServices(server: Server, node: NodeContext): void {
  server.addService(streams.StreamsService, {
    append: append(node),
    batchAppend: batchAppend(node),
    read: read(node),
    delete: softDelete(node),
    tombstone: tombstone(node),
  });
  if (node.version === '25.1') server.addService(sessionService, { appendSession: appendSession(node) });
  server.addService(gossip.GossipService, { read: readGossip(node) });
  server.addService(features.ServerFeaturesService, { getSupportedMethods: getSupportedMethods(node) });
}
