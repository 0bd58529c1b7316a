//! A service that hands its own rights to whoever waits at a pipe.

use serde::{Deserialize, Serialize};

use crate::attack;
use crate::rules::detection::{Detection, Need, Role};
use crate::rules::finding::Finding;
use crate::rules::observation::{EventClass, Observation};
use crate::rules::rule::{Rule, RuleContext};
use crate::rules::windows_paths::{command_of_service, writes_to_own_pipe};
use crate::store::heap;

/// A service was made to write to a named pipe of its own host.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct PipeEscalation;

heap! {
    PipeEscalation {}
}

impl Rule for PipeEscalation {
    const DETECTION: Detection = Detection {
        id: "pipe_escalation",
        title: "A service was made to write to a pipe, for its rights to be taken there",
        techniques: &[
            attack::TOKEN_IMPERSONATION,
            attack::WINDOWS_SERVICE,
            attack::SERVICE_EXECUTION,
        ],
        sees: "A service whose command only writes to a named pipe of its own host (`cmd.exe /c echo x > \
               \\\\.\\pipe\\x`): whoever made the pipe may act as the system once the service has written. It \
               is an escalation on one host, and no movement by itself.",
        needs: &[&[Need::Services]],
        formula: "How rare it is that the account does so, see docs/detections/README.md.",
        blind_spots: "Other ways to the rights of the system; services that a program of their own makes \
                      write to the pipe.",
        false_positives: "Hardly any: no software is known that installs such a service.",
        ask: "Which program made the pipe, and what did it start as the system afterwards?",
        prior: 3e-4,
        role: Role::Opens,
    };
    const WANTS: EventClass = EventClass::SERVICE;

    fn evaluate(
        &mut self,
        seen: &Observation<'_>,
        context: &RuleContext<'_>,
        found: &mut Vec<Finding>,
    ) {
        if !writes_to_own_pipe(command_of_service(seen.object)) {
            return;
        }
        let object = seen.activity().and_then(|activity| activity.object()).unwrap_or_default();
        let finding = Finding::of(seen, format!("installed {object}"));
        found.extend(finding.map(|finding| match context.sessions.cause(seen) {
            Some(arrival) => finding.by(arrival),
            None => finding,
        }));
    }
}

#[cfg(test)]
mod tests {
    use crate::event::HostActivityKind;
    use crate::rules::testing::{Probe, did};

    #[test]
    fn a_service_that_writes_to_a_pipe_is_an_escalation_and_no_remote_one() {
        let found = |object| {
            Probe::new().activity(did(0, HostActivityKind::ServiceInstall, "SRV").object(object))
        };
        let told = found(r"x (cmd.exe /c echo x > \\.\pipe\x)");
        assert_eq!(told, [r"pipe_escalation: installed x (cmd.exe /c echo x > \\.\pipe\x)"]);
        let other = found("x (cmd.exe /c echo x)");
        assert!(other.iter().all(|line| line.starts_with("service_install")), "{other:?}");
    }
}
