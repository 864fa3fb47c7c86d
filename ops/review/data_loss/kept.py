"""What keeps data, and what is gone with it. A type that is not here can be made anew from the template alone.

Sources: each type's page in CloudFormation's reference, and its service's page on deletion. Severity is that of losing
it: HIGH for what nobody can bring back, MEDIUM for what is in transit, derived, or soon expires anyway.
"""

from dataclasses import dataclass

from ops.review.model import Severity

_HIGH, _MEDIUM = Severity.HIGH, Severity.MEDIUM


@dataclass(frozen=True)
class Kept:
    """What a resource keeps.

    Attributes:
        what: that is gone with it, several of them: `its items`.
        instead: what its service does in place of deleting at once, as the end of a sentence; "" if it deletes.
        snapshot: whether it is one of the types of which CloudFormation takes a snapshot for `Snapshot`.
        default: its DeletionPolicy where none is written.
    """

    what: str
    severity: Severity = _HIGH
    instead: str = ""
    snapshot: bool = False
    default: str = "Delete"


_DATABASE = Kept("its databases with their automatic backups", snapshot=True)
_CLUSTER_OF_DATABASES = Kept("its databases with their automatic backups", snapshot=True, default="Snapshot")

KEPT: dict[str, Kept] = {
    # Objects, files and disks
    "AWS::S3::Bucket": Kept(
        "its objects in all versions",
        instead="if it holds objects it cannot be deleted, nothing here empties it, and it is left behind in no stack",
    ),
    "AWS::S3Express::DirectoryBucket": Kept("its objects"),
    "AWS::S3Tables::TableBucket": Kept("its tables"),
    "AWS::EFS::FileSystem": Kept("its files"),
    "AWS::FSx::FileSystem": Kept("its files"),
    "AWS::EC2::Volume": Kept("what is on the disk", snapshot=True),
    "AWS::ECR::Repository": Kept("its images, also those that models and jobs run in"),
    "AWS::CodeCommit::Repository": Kept("its history"),
    "AWS::CodeArtifact::Repository": Kept("its packages"),
    "AWS::Backup::BackupVault": Kept(
        "its recovery points",
        instead="if it holds recovery points it cannot be deleted, and is left behind in no stack",
    ),
    # Tables and databases
    "AWS::DynamoDB::Table": Kept("its items and its backups for point-in-time recovery"),
    "AWS::DynamoDB::GlobalTable": Kept("its items in all regions"),
    "AWS::RDS::DBInstance": _CLUSTER_OF_DATABASES,
    "AWS::RDS::DBCluster": _CLUSTER_OF_DATABASES,
    "AWS::Neptune::DBCluster": _DATABASE,
    "AWS::DocDB::DBCluster": _DATABASE,
    "AWS::Redshift::Cluster": _DATABASE,
    "AWS::RedshiftServerless::Namespace": Kept("its databases"),
    "AWS::ElastiCache::ReplicationGroup": Kept("what is cached", _MEDIUM, snapshot=True),
    "AWS::ElastiCache::CacheCluster": Kept("what is cached", _MEDIUM, snapshot=True),
    "AWS::MemoryDB::Cluster": Kept("its keys and values"),
    "AWS::OpenSearchService::Domain": Kept("its indices"),
    "AWS::OpenSearchServerless::Collection": Kept("its indices"),
    "AWS::Timestream::Database": Kept("its tables"),
    "AWS::Timestream::Table": Kept("its measurements"),
    "AWS::Cassandra::Table": Kept("its rows"),
    "AWS::Glue::Database": Kept("its definitions of tables", _MEDIUM),
    "AWS::Glue::Table": Kept("its definition and partitions; the files stay", _MEDIUM),
    # Streams, queues, logs
    "AWS::SQS::Queue": Kept("messages that wait in it, up to 14 days of them", _MEDIUM),
    "AWS::Kinesis::Stream": Kept("records that nobody has read yet", _MEDIUM),
    "AWS::MSK::Cluster": Kept("its topics"),
    "AWS::Events::Archive": Kept("events to replay", _MEDIUM),
    "AWS::Logs::LogGroup": Kept("its log events", _MEDIUM),
    "AWS::CloudTrail::EventDataStore": Kept(
        "its audit events", instead="CloudTrail deletes its audit events after seven days"
    ),
    # Keys, secrets, parameters
    "AWS::KMS::Key": Kept("everything that is encrypted with it: nobody can read that again"),
    "AWS::KMS::ReplicaKey": Kept("what is encrypted with it in its region: nobody can read that again"),
    "AWS::SecretsManager::Secret": Kept("its value and its versions"),
    "AWS::SSM::Parameter": Kept("its value and its history, such as what is live", _MEDIUM),
    "AWS::ACMPCA::CertificateAuthority": Kept("its private key, and the trust in what it issued"),
    # People
    "AWS::Cognito::UserPool": Kept("its users with their passwords and groups"),
    "AWS::Cognito::IdentityPool": Kept("its identities", _MEDIUM),
    "AWS::SageMaker::Workforce": Kept("who works in it: they must be invited again", _MEDIUM),
    "AWS::SageMaker::Workteam": Kept("its members, and its labelling jobs lose their workers", _MEDIUM),
    # Machine learning
    "AWS::SageMaker::ModelPackageGroup": Kept(
        "its versions with their metrics and approvals",
        instead="if it has versions it cannot be deleted, and is left behind in no stack",
    ),
    "AWS::SageMaker::ModelPackage": Kept("a registered version with its metrics and its approval"),
    "AWS::SageMaker::FeatureGroup": Kept("the records of its online store; files of the offline store stay"),
    "AWS::SageMaker::NotebookInstance": Kept("its volume with what people wrote and did not push"),
    "AWS::SageMaker::Domain": Kept("home folders of its users"),
    "AWS::SageMaker::UserProfile": Kept("the home folder and spaces of a user"),
    "AWS::SageMaker::Space": Kept("what is stored in the space"),
    "AWS::SageMaker::MlflowTrackingServer": Kept("its experiments and runs; files in S3 stay"),
    "AWS::SageMaker::Pipeline": Kept("the record of its executions", _MEDIUM),
    # Stacks in stacks
    "AWS::CloudFormation::Stack": Kept("all that the nested stack holds"),
}
