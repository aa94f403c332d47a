/**
 * Words that may stay in descriptions: body parts, sides, planes, techniques, phases. Compared without regard to case. Some
 * are family names as well; those of a file's own people are looked for before a description is cleaned.
 */
const WORDS = `
abd abdo abdomen abdominal abscess acetabulum acquired acute adc adenoma adrenal adrenals airway algorithm aligned
anatomic anatomical anatomy aneurysm angio angiography ankle anterior aorta aortic apex apical apparent appendix arm arterial artery
arteries ascending asc asl atrial atrium attenuation atlas automatic average ax axial axilla
background base baseline biliary bladder blood bloodpool body bolus bone bones bowel brain brainstem brachiocephalic breast
bronchi bronchus
calcification calcified calvarium carcinoma cardiac carotid cartilage cauda caudal caudate cavity cavernous celiac centerline
central cerebellum cerebral cerebrum cervical chest circumflex clavicle clavicula coeliac coil collection colon colonography colonoscopy columna common
complete contour contrast control cor coronal coronary corpus corrected cortex cortical costa cranial craniocaudal cranium ct cta
ctac ctv cyst cystic
deep defect degree degrees delay delayed dce descending desc detail diaphragm diastole diastolic diffusion dimension distal
dixon dorsal dose duodenum dual duct dwi dynamic
early echo edema effusion elbow element encoded encoding endocardium energy enhanced enhancement enhancing enlarged entire
epi epicardium eq equilibrium esophagus et excretory exp expiration external
face false fast fat fatsat fatty fdg femoral femur femurs fibula field filled filter fine first flair flash flow fluid focal
foot fore forearm fov fracture frame free frontal fs full function functional
gallbladder gas gastric gated ge gland glands gluteus gradient gre gtv gray grey
haemorrhage half hand hard haste head heart hematoma hemorrhage hepatic hepatis high hilar hilum hip hippocampus humerus
hyperintense hypointense
iac ileum iliac iliopsoas iliacus image imaging implant in including index inferior infarct initial inner inphase inplane
inspiration inspiratory intercostal intermediate internal intestine intra intravenous inversion ir irregular ischemia iso
isotropic itv iv
jejunum joint jpeg jugular junction
kernel kidney kidneys knee kv kvp
label labelmap labels large larynx late lat lateral layer left leg leptomeningeal lesion lesions ligament limb liver lobe
localizer localiser loco lossless lossy low lower lt lumbar lumen lung lungs lv lymph lymphnode lymphoma
mag magnetic magnitude main malignant mandible map mandibular margin marrow mask mass matter maxilla maxillary maximum mean
medial mediastinal mediastinum medium medulla meniscus mesenteric mesentery mesh metal metastases metastasis mid middle midline
min minimum mip mode model motion mpr mprage mr mra mri mrcp ms msec mucosa multi muscle muscles myocardial myocardium
nasal native navigator neck necrosis necrotic negative nephrographic nerve nerves nipple nodal node nodes nodule nodules
non none nonenhanced nonenhancing normal
oar object oblique obl occipital occlusion ocular oedema oesophagus off omentum on opposed optic oral orbit orbital organ
organs original out outer outphase outphases ovarian ovary ovaries overlay
palate pancreas pancreatic papillary parallel paranasal parenchyma parietal parotid part partial passive patella pathology
pc pca pd pelvic pelvis perfusion pericardium perirenal peritoneum pet petct pfov phantom pharynx phase phases phased pituitary
plain plane planes planning plaque plateau plexus pleura pleural pns pop porta portal portalvenous portovenous position positive
post posterior postcontrast pre precontrast predicted prediction preliminary primary prone prostate protocol proton proximal
pseudocyst psoas ptv pulmonary pv
qualitative quality quantitative
radial radius rapid ratio raw realigned rec recon reconstructed reconstruction rectal rectum recurrence ref reference
reformat regional reformatted reformation region registered relaxation renal repeat residual resolution respiration respiratory rest
restaging result retro retroperitoneum rib ribs right roi rois rotated routine rt rv
sacral sacrum sag sagittal saturation scan scapula scout screening second sed seg segment segmentation segmentations
segmented segments sella seminal sequence series set shaft sharp shoulder sigmoid signal simulation sin single sinus sinuses
skin skull slab slice slices small smooth soft solid space spair spect spectral speckle sphincter spin spinal spine spiral
spir spleen splenic ss staging stain standard static stenosis step stereotactic sternum stir stomach stone stones stress stroke
structural structure structures sub subclavian subcutaneous submandibular subtraction subtracted superior supine supra supraclavicular
surface survey susceptibility swi systole systolic
target temporal temporary tendon testicle testis testing thalamus the thick thickness thigh thin third thoracic thorax
thrombus thymus thyroid tibia time tirm tissue tissues tof tongue topogram total trace trachea tracer transversal transverse tra
transplant treatment triphasic true trufi truncus trunk tse tumor tumors tumour tumours turbo twist type
ulna ultrasound unenhanced uniform upper ureter ureters urethra urinary urography us uterine uterus
vagina valve vascular vein veins vena venous ventral ventricle ventricles ventricular vertebra vertebrae vertebral vesicle
vessel vessels vibe view virtual vmi vmat voi volume volumes
washout wb wedge weighted whole wholebody window with without wo wrist
xr
year years
zone
ac bodypart dx gd hd hr hu iodine ka kx ky kz mono monoenergetic nac nc oncology pa postop preop psma recist t1 t2 t1w t2w t2star
t1ce t1c t1gd t1km 2d 3d 4d cm mm sec f18 ga68 tc99m lu177 c11 zn
`;

/** Words of ethnic groups, as national statistics name them. */
const GROUPS = `
african alaska american any arab asian background bangladeshi black british caribbean caucasian chinese declined ethnic ethnicity
european filipino gypsy hispanic indian indigenous irish islander japanese korean latina latino mixed multiple native not other
pacific pakistani persian refused roma stated traveller unknown unspecified vietnamese white
`;

const ALLOWED: ReadonlySet<string> = new Set(`${WORDS} ${GROUPS}`.trim().split(/\s+/));

/**
 * Numbers that may stay beside words: at most two digits before a point and three after it, with or without a unit. Longer
 * ones could be dates, years, or numbers of a patient.
 */
const NUMBER = /^\d{1,2}(?:[.,]\d{1,3})?(?:mm|cm|s|sec|ms|min|t|kv|kvp|ml|deg|h)?$/i;
const SEPARATORS = /[^\p{L}\p{N}.,+]+/u;

/** Cleans descriptions: what is not on a list goes, whatever it is. */
export class WordList {
  readonly #extra: ReadonlySet<string>;

  /** @param words allowed beside our own, in any case */
  constructor(words: readonly string[]) {
    // A word of the policy is compared in the pieces that a description is divided into.
    this.#extra = new Set(words.flatMap((word) => word.toLowerCase().split(SEPARATORS)).filter(Boolean));
  }

  /** The allowed words of a text, in order, divided by single spaces. Empty when none is allowed. */
  clean(text: string): string {
    const words = text
      .split(SEPARATORS)
      .map((word) => word.replace(/^[.,+]+|[.,+]+$/g, ''))
      .filter((word) => word !== '');
    const digits = words.map((word) => /^[\d.,]+$/.test(word));
    return words
      .filter((word, n) => {
        // numbers side by side are a date or a number of a patient in pieces: 12/03/80, 12-34-56
        if (digits[n]) return NUMBER.test(word) && !digits[n - 1] && !digits[n + 1];
        return this.#allows(word.toLowerCase());
      })
      .join(' ');
  }

  /** Whether a word, in small letters, is one of ours. */
  has(word: string): boolean {
    return ALLOWED.has(word);
  }

  #allows(word: string): boolean {
    return ALLOWED.has(word) || this.#extra.has(word) || NUMBER.test(word);
  }
}
