//! Files of drafts.

use kabinet_stb::hash::belt_hash;

use super::World;
use crate::chance::Chance;

impl World<'_> {
    /// The person puts a file to a draft, or takes one off.
    pub(super) fn change_files(&mut self, who: usize, chance: &mut Chance) {
        let Some(view) = self.some_draft(who, chance) else {
            return;
        };
        let (desk, files) = (self.desk(who), &view.attachments);
        let id = &view.summary.id;
        if !files.is_empty() && chance.below(3) == 0 {
            let hash = &files[chance.below(files.len())].hash;
            let removed = desk.remove_attachment(id, hash);
            if self.certain(who, &removed).is_some() {
                self.model.removed(id.parse().unwrap(), hash);
                self.say(who, &format!("takes {} off {id}", &hash[..8]));
            }
            return;
        }
        self.values += 1;
        let mut content = format!("%PDF-1.7 {}", self.values).into_bytes();
        if chance.below(16) == 0 {
            // More than one piece.
            content.resize(1_200_000, 0);
        }
        let name = format!("{}.pdf", self.values);
        let attached = desk.attach(id, &name, content.len() as u64, &content[..]);
        let hash = hex::encode(belt_hash(&content));
        if let Some(certain) = self.certain(who, &attached) {
            self.model.attached(id.parse().unwrap(), &hash, certain);
            self.say(who, &format!("attaches {} to {id}, {certain}", &hash[..8]));
        }
    }
}
