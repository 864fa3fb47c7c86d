"""Addresses of SageMaker's own container images.

Source of the account ids: `sagemaker/core/image_uri_config/xgboost.json` of the SageMaker Python SDK 3.27, version
3.2-0, read in November 2026. The account differs by region, so an image is known only for the regions of this table.
"""

from config.errors import ConfigError

# Python 3.12, xgboost 3.2.0, scikit-learn 1.8.0, numpy 2.1.0.
XGBOOST_REPOSITORY = "sagemaker-xgboost"
XGBOOST_VERSION = "3.2-0"

XGBOOST_ACCOUNTS = {
    "af-south-1": "510948584623",
    "ap-east-1": "651117190479",
    "ap-northeast-1": "354813040037",
    "ap-northeast-2": "366743142698",
    "ap-northeast-3": "867004704886",
    "ap-south-1": "720646828776",
    "ap-south-2": "628508329040",
    "ap-southeast-1": "121021644041",
    "ap-southeast-2": "783357654285",
    "ap-southeast-3": "951798379941",
    "ap-southeast-4": "106583098589",
    "ca-central-1": "341280168497",
    "ca-west-1": "190319476487",
    "cn-north-1": "450853457545",
    "cn-northwest-1": "451049120500",
    "eu-central-1": "492215442770",
    "eu-central-2": "680994064768",
    "eu-north-1": "662702820516",
    "eu-south-1": "978288397137",
    "eu-south-2": "104374241257",
    "eu-west-1": "141502667606",
    "eu-west-2": "764974769150",
    "eu-west-3": "659782779980",
    "il-central-1": "898809789911",
    "me-central-1": "272398656194",
    "me-south-1": "801668240914",
    "sa-east-1": "737474898029",
    "us-east-1": "683313688378",
    "us-east-2": "257758044811",
    "us-gov-east-1": "237065988967",
    "us-gov-west-1": "414596584902",
    "us-west-1": "746614075791",
    "us-west-2": "246618743249",
}


def xgboost_image(region: str) -> str:
    """Return the address of the XGBoost image in a region.

    Raises:
        ConfigError: the table has no account for the region.

    >>> xgboost_image("ap-northeast-1")
    '354813040037.dkr.ecr.ap-northeast-1.amazonaws.com/sagemaker-xgboost:3.2-0'
    """
    suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    return f"{xgboost_account(region)}.dkr.ecr.{region}.{suffix}/{XGBOOST_REPOSITORY}:{XGBOOST_VERSION}"


def xgboost_account(region: str) -> str:
    """Return the account whose registry holds the XGBoost image of a region; raises ConfigError as `xgboost_image`."""
    if region not in XGBOOST_ACCOUNTS:
        raise ConfigError(
            f"region: found {region!r}, where no account of SageMaker's XGBoost {XGBOOST_VERSION} image is known; "
            f"allowed are {', '.join(XGBOOST_ACCOUNTS)}. Choose one of them, or add the region's account to "
            "config/images.py."
        )
    return XGBOOST_ACCOUNTS[region]
