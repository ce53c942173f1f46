//! What the review queue reads.

use std::time::Duration;

use holdfast_domain::{CaseId, CaseKind, CrisisLevel, Position, SignalKind, SubjectId, UserId};

use super::Fixture;
use super::samples::{after, case_row, community};
use crate::ports::{CaseFilter, CaseRow, CaseStatus, Grant, ProjectionWrite, Viewer};

fn viewer(f: &Fixture, grants: Vec<Grant>) -> Viewer {
    Viewer {
        tenant: f.tenant.clone(),
        grants,
        not_about: Vec::new(),
    }
}

async fn fill(f: &Fixture, cases: Vec<CaseRow>) {
    let generation = f.store.begin_generation("queue").await.unwrap();
    let write = ProjectionWrite {
        name: "queue".to_owned(),
        generation,
        expected: None,
        checkpoint: Position(0),
        cases,
    };
    assert!(f.store.write(write).await.unwrap());
}

async fn seen(f: &Fixture, viewer: &Viewer, filter: &CaseFilter) -> Vec<CaseId> {
    let page = f.store.queue(viewer, filter, None, 100).await.unwrap();
    assert_eq!(page.next, None);
    page.rows.iter().map(|row| row.case).collect()
}

/// Level, then promised look, then age; nothing twice, nothing lost.
pub async fn the_most_urgent_comes_first_on_every_page(f: &Fixture) {
    let mut rows = Vec::new();
    for number in 0..40_u64 {
        let level = CrisisLevel::ALL[(number % 4) as usize];
        let mut row = case_row(f.fresh(), level, after(number % 7));
        row.look_due_at = (number % 5 != 0).then(|| after(1000 - number % 3));
        rows.push(row);
    }
    fill(f, rows.clone()).await;
    rows.sort_by_key(|row| {
        let due = row
            .look_due_at
            .map_or(i64::MAX, holdfast_domain::Timestamp::as_micros);
        (std::cmp::Reverse(row.level), due, row.opened_at, row.case)
    });
    let viewer = viewer(f, vec![Grant::ALL]);
    let (mut pages, mut after) = (Vec::new(), None);
    loop {
        let page = f
            .store
            .queue(&viewer, &CaseFilter::default(), after.as_ref(), 7)
            .await
            .unwrap();
        pages.extend(page.rows);
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    assert_eq!(pages, rows);
}

/// Neither another community, nor another signal, nor another tenant, nor themselves.
pub async fn nobody_sees_what_they_were_not_granted(f: &Fixture) {
    let me: SubjectId = f.fresh();
    let mut rows: Vec<CaseRow> = (0..5)
        .map(|_| case_row(f.fresh(), CrisisLevel::Soon, after(0)))
        .collect();
    rows[1].community = community("day-shift");
    (rows[2].kind, rows[2].signal) = (CaseKind::Stigma, SignalKind::Stigma);
    rows[3].subject = Some(me);
    rows[4].tenant = holdfast_domain::TenantId::new("theirs").unwrap();
    let ids: Vec<CaseId> = rows.iter().map(|row| row.case).collect();
    fill(f, rows).await;
    let night = Grant {
        community: Some(community("night-shift")),
        signal: None,
    };
    let stigma = Grant {
        community: None,
        signal: Some(SignalKind::Stigma),
    };
    let crisis_by_day = Grant {
        community: Some(community("day-shift")),
        signal: Some(SignalKind::Crisis),
    };
    let cases: [(Vec<Grant>, Vec<usize>); 5] = [
        (vec![], vec![]),
        (vec![Grant::ALL], vec![0, 1, 2, 3]),
        (vec![night.clone()], vec![0, 2, 3]),
        (vec![stigma.clone(), crisis_by_day], vec![1, 2]),
        (vec![night, stigma], vec![0, 2, 3]),
    ];
    for (grants, expected) in cases {
        let mut viewer = viewer(f, grants);
        let expected: Vec<CaseId> = expected.into_iter().map(|index| ids[index]).collect();
        assert_eq!(seen(f, &viewer, &CaseFilter::default()).await, expected);
        for id in &ids {
            let found = f.store.case_row(&viewer, *id).await.unwrap();
            assert_eq!(found.is_some(), expected.contains(id));
        }
        viewer.not_about = vec![me];
        assert!(
            !seen(f, &viewer, &CaseFilter::default())
                .await
                .contains(&ids[3])
        );
        assert!(
            f.store
                .cases_of_subject(&viewer, me)
                .await
                .unwrap()
                .is_empty()
        );
        assert!(f.store.case_row(&viewer, ids[3]).await.unwrap().is_none());
    }
    let all = viewer(f, vec![Grant::ALL]);
    assert_eq!(f.store.cases_of_subject(&all, me).await.unwrap().len(), 1);
}

/// Each by itself.
pub async fn filters_narrow_the_queue(f: &Fixture) {
    let ana: UserId = f.fresh();
    let mut rows: Vec<CaseRow> = (0..6_u64)
        .map(|n| case_row(f.fresh(), CrisisLevel::Soon, after(n)))
        .collect();
    rows[0].status = CaseStatus::Closed;
    rows[1].level = CrisisLevel::ActNow;
    (rows[2].holder, rows[2].lease_until) = (Some(ana), Some(after(100)));
    rows[3].language = Some("en".to_owned());
    rows[4].backfill = true;
    (rows[5].synthetic, rows[5].kind) = (true, CaseKind::Incident);
    let ids: Vec<CaseId> = rows.iter().map(|row| row.case).collect();
    fill(f, rows).await;
    let all = viewer(f, vec![Grant::ALL]);
    let none = CaseFilter::default();
    let cases = [
        (none.clone(), vec![1, 0, 2, 3, 4]),
        (
            CaseFilter {
                open: Some(true),
                ..none.clone()
            },
            vec![1, 2, 3, 4],
        ),
        (
            CaseFilter {
                open: Some(false),
                ..none.clone()
            },
            vec![0],
        ),
        (
            CaseFilter {
                min_level: Some(CrisisLevel::Urgent),
                ..none.clone()
            },
            vec![1],
        ),
        (
            CaseFilter {
                holder: Some(ana),
                ..none.clone()
            },
            vec![2],
        ),
        (
            CaseFilter {
                unheld_at: Some(after(50)),
                ..none.clone()
            },
            vec![1, 0, 3, 4],
        ),
        (
            CaseFilter {
                unheld_at: Some(after(100)),
                ..none.clone()
            },
            vec![1, 0, 2, 3, 4],
        ),
        (
            CaseFilter {
                language: Some("en".to_owned()),
                ..none.clone()
            },
            vec![3],
        ),
        (
            CaseFilter {
                backfill: Some(true),
                ..none.clone()
            },
            vec![4],
        ),
        (
            CaseFilter {
                kinds: vec![CaseKind::Incident],
                synthetic: true,
                ..none.clone()
            },
            vec![5],
        ),
        (
            CaseFilter {
                communities: vec![community("day-shift")],
                ..none
            },
            vec![],
        ),
    ];
    for (filter, expected) in cases {
        let expected: Vec<CaseId> = expected
            .into_iter()
            .map(|index: usize| ids[index])
            .collect();
        assert_eq!(seen(f, &all, &filter).await, expected, "{filter:?}");
    }
    assert_eq!(f.store.languages(&all).await.unwrap(), ["en"]);
    let nobody = viewer(f, vec![]);
    assert!(f.store.languages(&nobody).await.unwrap().is_empty());
}

/// And nothing that was noted before.
pub async fn timers_find_what_is_due(f: &Fixture) {
    let mut rows: Vec<CaseRow> = (0..5_u64)
        .map(|n| case_row(f.fresh(), CrisisLevel::Soon, after(n)))
        .collect();
    (rows[0].holder, rows[0].lease_until) = (Some(f.fresh()), Some(after(10)));
    rows[1].looked_at = Some(after(5));
    rows[2].look_breached = true;
    rows[3].status = CaseStatus::Closed;
    let ids: Vec<CaseId> = rows.iter().map(|row| row.case).collect();
    fill(f, rows).await;
    let of = |rows: Vec<CaseRow>| rows.into_iter().map(|row| row.case).collect::<Vec<_>>();
    assert!(f.store.ended_leases(after(9), 10).await.unwrap().is_empty());
    assert_eq!(
        of(f.store.ended_leases(after(10), 10).await.unwrap()),
        [ids[0]]
    );
    assert!(
        f.store
            .overdue_looks(after(1799), 10)
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(
        of(f.store.overdue_looks(after(1800), 10).await.unwrap()),
        [ids[0]]
    );
    assert_eq!(
        of(f.store.overdue_looks(after(9999), 10).await.unwrap()),
        [ids[0], ids[4]]
    );
    assert_eq!(
        of(f.store.overdue_looks(after(9999), 1).await.unwrap()),
        [ids[0]]
    );
}

/// By kind, level, status, and whether held.
pub async fn counts_leave_the_canary_out(f: &Fixture) {
    let mut rows: Vec<CaseRow> = (0..4_u64)
        .map(|n| case_row(f.fresh(), CrisisLevel::Soon, after(n)))
        .collect();
    rows[1].lease_until = Some(after(0) + Duration::from_mins(1));
    rows[2].synthetic = true;
    fill(f, rows).await;
    let counts = f.store.counts(after(30)).await.unwrap();
    let figures: Vec<_> = counts
        .iter()
        .map(|count| (count.kind, count.held, count.count, count.oldest))
        .collect();
    assert_eq!(
        figures,
        [
            (CaseKind::Crisis, false, 2, after(0)),
            (CaseKind::Crisis, true, 1, after(1))
        ]
    );
}
