//! The requests that nearly are what was wanted.

use super::told::{Difference, Weight};
use super::{Match, Seen};

/// How many are shown.
const MOST: usize = 3;

/// How many bodies that do not match are looked into. Those beyond it miss as much or more in all else, or are older.
const MOST_BODIES: usize = 100;

/// A request that misses by little.
#[derive(Debug)]
pub struct Nearest<'a, S> {
    /// It.
    pub seen: &'a S,
    /// In what it is not as wanted.
    pub differences: Vec<Difference>,
}

/// Up to three requests that miss by least, the nearest first; of those that miss by as much, the newest first. `among` has
/// the newest last. Those that match are left out. A request that went elsewhere is further away than one with wrong fields.
pub fn nearest<'a, S: Seen>(wanted: &Match, among: &'a [S]) -> Vec<Nearest<'a, S>> {
    let newest_first = |(weight, index): &(u32, usize)| (*weight, among.len() - index);
    let head = |(index, seen): (usize, &S)| {
        let mut weight = Weight::default();
        let _ = wanted.check_head(seen, &mut weight);
        (weight.0, index)
    };
    let mut heads: Vec<(u32, usize)> = among.iter().enumerate().map(head).collect();
    heads.sort_unstable_by_key(newest_first);

    // How much they miss and where they are, the nearest first.
    let mut best: Vec<(u32, usize)> = Vec::with_capacity(MOST + 1);
    let mut missed = 0;
    for (head, index) in heads {
        if let [_, _, (worst, oldest)] = best[..] {
            // A body only adds to it, and what has nothing to add matches.
            let least = head.max(1);
            if head > worst || missed == MOST_BODIES {
                break;
            }
            if least > worst || (least == worst && index < oldest) {
                continue;
            }
        }
        let mut weight = Weight(head);
        let _ = wanted.check_body(&among[index], &mut weight);
        if weight.0 > 0 {
            missed += 1;
            best.push((weight.0, index));
            best.sort_unstable_by_key(newest_first);
            best.truncate(MOST);
        }
    }
    let tell = |(_, index): (u32, usize)| {
        let seen = &among[index];
        Nearest { seen, differences: wanted.differences(seen) }
    };
    best.into_iter().map(tell).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Request, read};
    use super::*;
    use serde_json::{Value as Json, json};

    fn ids(wanted: Json, among: &[Request]) -> Vec<u64> {
        nearest(&read(wanted), among).iter().map(|near| near.seen.id).collect()
    }

    fn create(id: u64, body: &Json) -> Request {
        Request::new(id, "POST /stores/abc/v3/customers").body(body)
    }

    #[test]
    fn those_that_miss_by_least_come_first_and_matches_not_at_all() {
        let wanted = json!({"operation": "v3.createCustomers", "body": [{"email": "a", "first_name": "b"}]});
        let among = [
            Request::new(1, "GET /stores/abc/v3/customers"),
            create(2, &json!([{"email": "x", "first_name": "y"}])),
            create(3, &json!([{"email": "a", "first_name": "b"}])),
            create(4, &json!([{"email": "a", "first_name": "y"}])),
            Request::new(5, "POST /stores/abc/v2/customers")
                .body(&json!([{"email": "a", "first_name": "b"}])),
            Request::new(6, "GET /nowhere"),
        ];
        assert_eq!(ids(wanted, &among), [4, 2, 5]);
    }

    #[test]
    fn of_those_that_miss_by_as_much_the_newest_come_first() {
        let among: Vec<Request> = (1..=6).map(|id| create(id, &json!({"a": id}))).collect();
        assert_eq!(ids(json!({"body": {"a": 0}}), &among), [6, 5, 4]);
        assert_eq!(ids(json!({"body": {"a": 6}}), &among), [5, 4, 3]);
        assert_eq!(ids(json!({"method": "PUT"}), &among[..2]), [2, 1]);
        assert_eq!(ids(json!({}), &among), [] as [u64; 0]);
    }

    #[test]
    fn a_body_that_can_not_be_among_them_is_not_looked_into() {
        let mut among: Vec<Request> = (1..=500)
            .map(|id| Request::new(id, "GET /stores/abc/v3/customers").body(&json!({"a": 1})))
            .collect();
        among.extend((501..=504).map(|id| create(id, &json!({"a": 1}))));
        assert_eq!(ids(json!({"method": "POST", "body": {"a": 2}}), &among), [504, 503, 502]);
        assert!(among[..501].iter().all(|seen| seen.parsed.get() == 0));
    }

    #[test]
    fn a_thousand_requests_are_looked_through() {
        let body =
            |id: u64| json!([{"email": format!("p{id}@example.com"), "first_name": "P", "last_name": "Q"}]);
        let among: Vec<Request> = (1..=1000).map(|id| create(id, &body(id))).collect();
        let wanted = read(json!({"body": {"/0/email": {"matches": "^p5[0-9]{2}@"}}}));
        assert_eq!(among.iter().filter(|seen| wanted.holds(*seen)).count(), 100);
        let wanted = json!({"body": [{"email": "p1001@example.com", "first_name": "P"}]});
        assert!(!among.iter().any(|seen| read(wanted.clone()).holds(seen)));
        for seen in &among {
            seen.parsed.set(0);
        }
        assert_eq!(ids(wanted, &among), [1000, 999, 998]);
        assert_eq!(among.iter().map(|seen| seen.parsed.get()).sum::<u32>(), 2 * 3, "none can be nearer");
        // Those that match do not hide an older one that does not.
        let one_off = json!({"body": {"/0/email": {"matches": "^p([2-9]|[0-9]{2,4})@"}}});
        assert_eq!(ids(one_off, &among), [1]);
    }
}
