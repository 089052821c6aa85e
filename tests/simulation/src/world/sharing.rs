//! The person lets drafts travel, or no longer.

use kabinet_desk::view::SharingView;

use super::World;
use crate::chance::Chance;

impl World<'_> {
    /// One who does not want their drafts to travel never does; the others think otherwise at times.
    pub(super) fn change_sharing(&mut self, who: usize, chance: &mut Chance) {
        if !self.shared {
            return self.write(who, chance);
        }
        let desk = self.desk(who);
        let on = desk.sharing().unwrap() != SharingView::On;
        let done = desk.share_drafts(on);
        if let Some(certain) = self.certain(who, &done) {
            let what = if on { "shares" } else { "no longer shares" };
            self.say(who, &format!("{what} drafts, {certain}"));
        }
    }

    /// What was switched off comes to its end, and then drafts travel from both computers.
    pub(super) fn share_again(&mut self) -> Result<(), String> {
        for _ in 0..2 {
            for who in 0..2 {
                self.whole_pass(who)?;
            }
        }
        for who in 0..2 {
            let sharing = self.desk(who).sharing().unwrap();
            if sharing == SharingView::Ending {
                return Err(format!("computer {who} never takes its drafts away"));
            }
            let other = self.desk(1 - who).sharing().unwrap();
            if sharing == SharingView::Off && other == SharingView::Off {
                let mut there = self.stage.portal.drafts(&self.subject);
                there.retain(|id, _| !self.web.begun.contains(id));
                if !there.is_empty() {
                    let ids: Vec<_> = there.keys().collect();
                    return Err(format!("{ids:?} are still at the portal"));
                }
            }
        }
        for who in 0..2 {
            self.desk(who).share_drafts(true).unwrap();
        }
        Ok(())
    }
}
