//! `ec2`: the instance that the program runs on.

use crate::prelude::*;
use crate::surroundings::{facts, prepared};

function! {
    /// What is known of the EC2 instance that the program runs on, as a map by the names of the semantic conventions;
    /// nil if it runs elsewhere. `merge_maps(resource.attributes, ec2(), "insert")` puts all of it on the resource.
    ///
    /// The host finds it out before the first request runs, if a program calls the function (`ottlc run`: once), so
    /// that no request waits: from the instance metadata service, version 2, at `AWS_EC2_METADATA_SERVICE_ENDPOINT`
    /// or else `http://169.254.169.254`, unless `AWS_EC2_METADATA_DISABLED` is `true`. From within a container this
    /// needs a hop limit of 2.
    ///
    /// There are `cloud.provider`, `cloud.platform`, `cloud.account.id`, `cloud.region`, `cloud.availability_zone`,
    /// `host.id`, `host.type`, `host.image.id`, `host.name` and, if the instance shows its tags, `ec2.tag.<key>`.
    ///
    /// A key that is not in the map is an error, as for every converter; so is any key of nil.
    ///
    /// ```ottl
    /// ec2()["cloud.region"]  # "eu-north-1"
    /// ec2()["ec2.tag.owner"]  # error: key not found in map
    /// ```
    pub(crate) static FUNCTION = converter ec2() pure, prepare prepare, run facts, extension;
}

fn prepare(literals: Literals<'_>, _given: &[bool]) -> Result<Prepared, String> {
    prepared(literals, |surroundings| &surroundings.ec2)
}
