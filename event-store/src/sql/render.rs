//! From a statement written once to what each database takes.

use super::Value;

/// Which database is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

impl Dialect {
    /// How many of `rows` go into one `INSERT`.
    ///
    /// SQLite keeps a prepared statement per number of rows, so that only powers of two are used.
    /// PostgreSQL takes arrays: one statement for any number.
    pub(crate) fn rows_at_once(self, rows: &[Vec<Value>]) -> usize {
        match self {
            Self::Postgres => rows.len().min(10_000),
            Self::Sqlite => {
                let columns = rows.first().map_or(1, Vec::len);
                let most = (rows.len().min(256).min(32_000 / columns)).max(1);
                1 << most.ilog2()
            }
        }
    }
}

/// A value as it is bound.
#[derive(Debug, Clone)]
pub(crate) enum Bound {
    /// A whole number.
    Int(Option<i64>),
    /// A text.
    Text(Option<String>),
    /// Bytes.
    Bytes(Option<Vec<u8>>),
    /// An array of whole numbers (PostgreSQL).
    Ints(Vec<Option<i64>>),
    /// An array of texts (PostgreSQL).
    Texts(Vec<Option<String>>),
    /// An array of bytes (PostgreSQL).
    ByteArrays(Vec<Option<Vec<u8>>>),
}

/// Writes the statement and its values as the database takes them.
pub(crate) fn render(dialect: Dialect, sql: &str, mut values: Vec<Value>) -> (String, Vec<Bound>) {
    let mut out = Output {
        dialect,
        sql: String::with_capacity(sql.len() + 64),
        bound: Vec::new(),
    };
    let mut uses = vec![0_u8; values.len()];
    for_each_place(sql, |piece| {
        if let Piece::Value(index) = piece {
            uses[index] += 1;
        }
    });
    for_each_place(sql, |piece| match piece {
        Piece::Text(text) => out.sql.push_str(text),
        Piece::Value(index) => {
            uses[index] -= 1;
            let value = if uses[index] == 0 {
                std::mem::replace(&mut values[index], Value::Int(None))
            } else {
                values[index].clone()
            };
            out.value(value);
        }
    });
    (out.sql, out.bound)
}

enum Piece<'a> {
    Text(&'a str),
    Value(usize),
}

fn for_each_place<'a>(sql: &'a str, mut visit: impl FnMut(Piece<'a>)) {
    let mut rest = sql;
    while let Some(dollar) = rest.find('$') {
        visit(Piece::Text(&rest[..dollar]));
        let digits = rest[dollar + 1..]
            .bytes()
            .take_while(u8::is_ascii_digit)
            .count();
        let end = dollar + 1 + digits;
        let number: usize = rest[dollar + 1..end]
            .parse()
            .expect("a statement names its values $1, $2, …");
        visit(Piece::Value(number - 1));
        rest = &rest[end..];
    }
    visit(Piece::Text(rest));
}

struct Output {
    dialect: Dialect,
    sql: String,
    bound: Vec<Bound>,
}

impl Output {
    fn value(&mut self, value: Value) {
        match (value, self.dialect) {
            (Value::List(values), Dialect::Sqlite) => self.sqlite_list(values),
            (Value::List(values), Dialect::Postgres) => self.postgres_list(values),
            (Value::Rows(rows), Dialect::Sqlite) => self.sqlite_rows(rows),
            (Value::Rows(rows), Dialect::Postgres) => self.postgres_rows(rows),
            (scalar, _) => self.bind(scalar_bound(scalar)),
        }
    }

    fn bind(&mut self, bound: Bound) {
        self.bound.push(bound);
        match self.dialect {
            // Unnumbered: SQLite looks numbered ones up by name, one by one.
            Dialect::Sqlite => self.sql.push('?'),
            Dialect::Postgres => {
                self.sql.push('$');
                self.sql.push_str(&self.bound.len().to_string());
            }
        }
    }

    /// Lists are filled up to a power of two with their last value, to keep few statements prepared.
    fn sqlite_list(&mut self, values: Vec<Value>) {
        // Never past what the database takes in one statement.
        let wanted = match values.len() {
            0 => 0,
            few @ 1..=16_384 => few.next_power_of_two(),
            many => many,
        };
        let last = values.last().cloned();
        for (index, value) in values
            .into_iter()
            .chain(std::iter::repeat_with(|| {
                last.clone().expect("a last value")
            }))
            .take(wanted)
            .enumerate()
        {
            if index > 0 {
                self.sql.push_str(", ");
            }
            self.bind(scalar_bound(value));
        }
    }

    fn postgres_list(&mut self, values: Vec<Value>) {
        let keyword = self.sql.trim_end_matches('(').len();
        debug_assert!(
            self.sql[..keyword].ends_with("IN "),
            "a list stands in IN (…)"
        );
        self.sql.truncate(keyword - "IN ".len());
        self.sql.push_str("= ANY(");
        self.bind(array(values));
    }

    fn sqlite_rows(&mut self, rows: Vec<Vec<Value>>) {
        self.sql.push_str("VALUES ");
        for (index, row) in rows.into_iter().enumerate() {
            self.sql.push_str(if index == 0 { "(" } else { ", (" });
            for (column, value) in row.into_iter().enumerate() {
                if column > 0 {
                    self.sql.push_str(", ");
                }
                self.bind(scalar_bound(value));
            }
            self.sql.push(')');
        }
    }

    fn postgres_rows(&mut self, rows: Vec<Vec<Value>>) {
        let width = rows.first().map_or(0, Vec::len);
        let mut columns: Vec<Vec<Value>> =
            (0..width).map(|_| Vec::with_capacity(rows.len())).collect();
        for row in rows {
            for (column, value) in columns.iter_mut().zip(row) {
                column.push(value);
            }
        }
        self.sql.push_str("SELECT * FROM UNNEST(");
        for (index, column) in columns.into_iter().enumerate() {
            if index > 0 {
                self.sql.push_str(", ");
            }
            self.bind(array(column));
        }
        self.sql.push(')');
    }
}

fn scalar_bound(value: Value) -> Bound {
    match value {
        Value::Int(value) => Bound::Int(value),
        Value::Text(value) => Bound::Text(value),
        Value::Bytes(value) => Bound::Bytes(value),
        Value::List(_) | Value::Rows(_) => unreachable!("lists hold single values"),
    }
}

fn array(values: Vec<Value>) -> Bound {
    match values.first() {
        Some(Value::Int(_)) => Bound::Ints(
            values
                .into_iter()
                .map(|value| match value {
                    Value::Int(value) => value,
                    _ => None,
                })
                .collect(),
        ),
        Some(Value::Bytes(_)) => Bound::ByteArrays(
            values
                .into_iter()
                .map(|value| match value {
                    Value::Bytes(value) => value,
                    _ => None,
                })
                .collect(),
        ),
        _ => Bound::Texts(
            values
                .into_iter()
                .map(|value| match value {
                    Value::Text(value) => value,
                    _ => None,
                })
                .collect(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::values;

    #[test]
    fn a_value_used_twice_is_bound_twice() {
        let (sql, bound) = render(Dialect::Sqlite, "SELECT $1, $2, $1", values![1_i64, "a"]);
        assert_eq!((sql.as_str(), bound.len()), ("SELECT ?, ?, ?", 3));
    }

    #[test]
    fn a_list_is_filled_up_on_sqlite_and_an_array_on_postgresql() {
        let list = || vec![Value::list([1_i64, 2, 3])];
        let (sql, bound) = render(Dialect::Sqlite, "x IN ($1) AND y", list());
        assert_eq!((sql.as_str(), bound.len()), ("x IN (?, ?, ?, ?) AND y", 4));
        let (sql, bound) = render(Dialect::Postgres, "x IN ($1) AND y", list());
        assert_eq!((sql.as_str(), bound.len()), ("x = ANY($1) AND y", 1));
    }

    #[test]
    fn rows_become_values_on_sqlite_and_arrays_on_postgresql() {
        let rows = || vec![Value::Rows(vec![values![1_i64, "a"], values![2_i64, "b"]])];
        assert_eq!(
            render(Dialect::Sqlite, "INSERT INTO t (a, b) $1", rows()).0,
            "INSERT INTO t (a, b) VALUES (?, ?), (?, ?)"
        );
        assert_eq!(
            render(Dialect::Postgres, "INSERT INTO t (a, b) $1", rows()).0,
            "INSERT INTO t (a, b) SELECT * FROM UNNEST($1, $2)"
        );
    }

    #[test]
    fn sqlite_writes_rows_in_powers_of_two() {
        let rows = vec![values![1_i64]; 300];
        assert_eq!(Dialect::Sqlite.rows_at_once(&rows), 256);
        assert_eq!(Dialect::Sqlite.rows_at_once(&rows[..44]), 32);
    }
}
