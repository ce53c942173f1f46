//! What every store promises, as tests that run against each of them.
//!
//! A test binary hands [`conformance_suite!`](crate::conformance_suite) a function that makes a fresh
//! [`Fixture`]; each promise becomes a test of its own. To add a promise: an async function in one of
//! the modules here, and its name in the macro.

pub mod appending;
pub mod content;
pub mod intake;
pub mod operation;
pub mod outbox;
pub mod projections;
pub mod queue;
pub mod samples;

use std::fmt;
use std::sync::Arc;

use holdfast_domain::TenantId;
use holdfast_domain::testing::{CountedIds, ManualClock, T0};

use crate::AnyStore;

/// A fresh store and what stands around it.
#[derive(Clone)]
pub struct Fixture {
    /// The store.
    pub store: Arc<dyn AnyStore>,
    /// A second instance on the same data, as another process would have.
    pub other: Arc<dyn AnyStore>,
    /// The clock of both.
    pub clock: Arc<ManualClock>,
    /// Ids counted from 1.
    pub ids: Arc<CountedIds>,
    /// The tenant that tests work with.
    pub tenant: TenantId,
}

impl fmt::Debug for Fixture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fixture({:?})", self.store)
    }
}

impl Fixture {
    /// A fixture around two instances that share `clock`.
    pub fn new(
        store: Arc<dyn AnyStore>,
        other: Arc<dyn AnyStore>,
        clock: Arc<ManualClock>,
    ) -> Self {
        Self {
            store,
            other,
            clock,
            ids: Arc::default(),
            tenant: TenantId::default(),
        }
    }

    /// The clock that fixtures start with.
    pub fn clock() -> Arc<ManualClock> {
        Arc::new(ManualClock::at(T0))
    }
}

/// Makes a test of each promise for the store that `$fixture` makes.
#[macro_export]
macro_rules! conformance_suite {
    ($fixture:path) => {
        $crate::conformance_suite!($fixture;
            appending: what_is_appended_reads_back,
            appending: positions_are_dense_and_times_never_decrease,
            appending: a_stale_expectation_is_refused_and_writes_nothing,
            appending: each_append_of_a_group_has_its_own_outcome,
            appending: racing_writers_open_one_crisis_case,
            appending: a_released_claim_can_be_taken_again,
            appending: a_reader_never_misses_an_event_while_others_write,
            appending: tenants_do_not_see_each_other,
            appending: several_streams_load_in_one_query,
            content: prose_is_sealed_and_opens_in_its_place_alone,
            content: a_post_reads_back_with_its_revisions,
            content: an_older_revision_that_comes_late_replaces_nothing,
            content: the_thread_around_a_post_is_in_order,
            content: texts_are_purged_when_their_time_is_over,
            content: an_erased_member_is_unreadable_and_nothing_more_is_written,
            content: dead_letters_open_with_their_bytes,
            content: people_and_posts_are_found_by_what_the_platform_calls_them,
            content: two_writers_make_one_subject,
            intake: recall_knows_what_was_appended,
            intake: preceding_messages_come_nearest_first,
            intake: a_former_owner_of_a_partition_appends_nothing,
            intake: the_first_assignment_decides_what_is_backfill,
            intake: a_batch_leaves_a_leaf_for_every_record,
            intake: pending_posts_are_taken_by_urgency,
            intake: a_pending_post_is_done_once,
            outbox: actions_of_a_member_leave_one_after_the_other,
            outbox: care_does_not_wait_for_enforcement,
            outbox: an_undo_hold_blocks_only_its_own_action,
            outbox: what_has_left_cannot_be_undone,
            outbox: a_former_relay_cannot_mark,
            outbox: a_retry_waits_and_blocks_its_lane_alone,
            outbox: alerts_leave_while_actions_are_stopped,
            outbox: unanswered_actions_are_found_once,
            outbox: a_look_finds_the_shards_with_something_to_send,
            outbox: what_is_parked_is_listed_and_can_be_sent_again,
            projections: rows_and_checkpoint_move_together,
            projections: a_new_generation_serves_after_the_swap,
            projections: a_rebuild_equals_the_live_rows_for_any_batch_size,
            projections: a_rebuild_after_an_erasure_equals_the_live_rows,
            queue: the_most_urgent_comes_first_on_every_page,
            queue: nobody_sees_what_they_were_not_granted,
            queue: filters_narrow_the_queue,
            queue: timers_find_what_is_due,
            queue: counts_leave_the_canary_out,
            operation: a_lease_is_held_by_one_and_its_epoch_grows,
            operation: stopping_actions_is_seen_by_every_instance,
            operation: users_sign_in_and_are_locked_out,
            operation: tokens_and_sessions_end,
            operation: grants_and_links_read_back,
        );
    };
    ($fixture:path; $($module:ident: $promise:ident,)*) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $promise() {
            let fixture = $fixture(stringify!($promise)).await;
            $crate::conformance::$module::$promise(&fixture).await;
        }
    )*};
}
