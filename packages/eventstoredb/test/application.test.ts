/** What an application needs of a store, on a server. */
import { applicationConformance } from '@tidemark/testing';
import { test } from 'uvu';
import { target } from './target.ts';

applicationConformance(target, test);

test.run();
