/** Where an application stands. `granted`: at least one of approved, registered and activated; these come in any order. */
export type Status =
  | 'new'
  | 'submitted'
  | 'partly submitted'
  | 'pre-accepted'
  | 'accepted'
  | 'finalized'
  | 'granted'
  | 'declined'
  | 'cancelled';

/** Where an application may still be declined or cancelled. */
export const undecided: readonly Status[] = ['partly submitted', 'pre-accepted', 'accepted', 'finalized'];
