// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Writes events as lines.

use std::fmt;

use tracing::{Event, Subscriber};
use tracing_subscriber::{
    Layer,
    fmt::{
        FmtContext, FormatEvent, FormatFields, MakeWriter,
        format::{Format, Writer},
        layer,
    },
    registry::{LookupSpan, Registry},
};

use super::{LogFormat, journal::priority};

/// Creates the layer that writes events; for the journal without times, which it adds itself.
pub(super) fn written<W>(format: LogFormat, journal: bool, to: W) -> Box<dyn Layer<Registry> + Send + Sync>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let lines = layer().with_writer(to).with_ansi(false);
    let plain = Format::default().with_ansi(false);
    match (format, journal) {
        (LogFormat::Text, false) => lines.boxed(),
        (LogFormat::Text, true) => lines.event_format(Prioritised(plain.without_time())).boxed(),
        (LogFormat::Json, false) => lines.json().flatten_event(true).boxed(),
        (LogFormat::Json, true) => {
            let objects = plain.without_time().json().flatten_event(true);
            lines.json().event_format(Prioritised(objects)).boxed()
        }
    }
}

/// Format of lines that begin with their priority.
struct Prioritised<F>(F);

impl<S, N, F> FormatEvent<S, N> for Prioritised<F>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        writer.write_str(priority(*event.metadata().level()))?;
        self.0.format_event(context, writer, event)
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::{self, Write},
        sync::{Arc, Mutex},
    };

    use tracing::{subscriber::with_default, warn};
    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn line(format: LogFormat, journal: bool) -> String {
        let kept = Kept::default();
        let to = kept.clone();
        let layer = written(format, journal, move || to.clone());
        with_default(tracing_subscriber::registry().with(layer), || {
            warn!(interface = "eth0", index = 7, "not \"attached\"");
        });
        let bytes = kept.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn text_has_its_fields_and_a_time_or_a_priority() {
        let (plain, journal) = (line(LogFormat::Text, false), line(LogFormat::Text, true));
        let event = "WARN classifier::telemetry::lines::tests: not \"attached\" interface=\"eth0\" index=7\n";
        assert!(plain.starts_with("20") && plain.ends_with(event), "{plain}");
        assert_eq!(journal, format!("<4> {event}"));
    }

    #[test]
    fn json_is_one_object_a_line() {
        for journal in [false, true] {
            let line = line(LogFormat::Json, journal);
            assert_eq!((line.matches('\n').count(), line.starts_with("<4>{")), (1, journal), "{line}");
            let object: serde_json::Value = serde_json::from_str(line.trim_start_matches("<4>")).unwrap();
            assert_eq!(object["timestamp"].is_string(), !journal, "{line}");
            assert_eq!((&object["level"], &object["interface"]), (&"WARN".into(), &"eth0".into()));
            assert_eq!((&object["index"], &object["message"]), (&7.into(), &"not \"attached\"".into()));
        }
    }
}
